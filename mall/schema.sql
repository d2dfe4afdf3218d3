CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'shopkeeper')),
    login_name TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS login_failures (
    login_name TEXT NOT NULL,
    failed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS login_failures_by_name ON login_failures (login_name, failed_at);

-- Only a hash of the cookie is kept: a copy of the file opens nobody's session.
CREATE TABLE IF NOT EXISTS sessions (
    token_hash TEXT PRIMARY KEY,
    csrf_token TEXT NOT NULL,
    customer_id INTEGER REFERENCES accounts,
    shopkeeper_id INTEGER REFERENCES accounts,
    notice TEXT NOT NULL DEFAULT '',
    expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS cart_lines (
    owner TEXT NOT NULL,
    slug TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 3),
    PRIMARY KEY (owner, slug)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    number TEXT PRIMARY KEY CHECK (length(number) <= 64),
    customer_id INTEGER NOT NULL REFERENCES accounts,
    -- One rendering of the checkout page makes one order, however often its button is pressed.
    form_token TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    plan TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_phone TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('submitted', 'created', 'confirmed', 'shipped', 'settled', 'cancelled', 'lapsed', 'refused')),
    remote_id TEXT UNIQUE,
    confirm_url TEXT,
    refusal TEXT NOT NULL DEFAULT '',
    tracking_number TEXT NOT NULL DEFAULT '',
    placed_at TEXT NOT NULL,
    followed_at TEXT NOT NULL,
    UNIQUE (customer_id, form_token)
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer_id, placed_at);

CREATE TABLE IF NOT EXISTS order_goods (
    order_number TEXT NOT NULL REFERENCES orders,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price_minor INTEGER NOT NULL CHECK (price_minor > 0),
    PRIMARY KEY (order_number, slug)
) STRICT;

CREATE TABLE IF NOT EXISTS order_moments (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL REFERENCES orders,
    state TEXT NOT NULL,
    told_by TEXT NOT NULL,
    happened_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS order_moments_by_order ON order_moments (order_number);

-- Written before the request leaves: key and body of a repeated call are the first call's own.
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL REFERENCES orders,
    act TEXT NOT NULL CHECK (act IN ('create', 'ship', 'cancel', 'return')),
    idempotency_key TEXT NOT NULL UNIQUE CHECK (length(idempotency_key) <= 64),
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    written_at TEXT NOT NULL,
    answered_at TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS calls_one_waiting ON calls (order_number) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS calls_by_order ON calls (order_number);

CREATE TABLE IF NOT EXISTS webhooks (
    id INTEGER PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
    verdict TEXT NOT NULL,
    event TEXT NOT NULL DEFAULT '',
    order_number TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    deliveries INTEGER NOT NULL DEFAULT 1,
    received_at TEXT NOT NULL,
    last_received_at TEXT NOT NULL
) STRICT;
-- Partial, so that a forged webhook can never take the place of the genuine one with the same id.
CREATE UNIQUE INDEX IF NOT EXISTS webhooks_once ON webhooks (webhook_id) WHERE verified = 1;
