"""The pages for what went wrong, the same on every site with pages."""

handler400, handler403, handler404, handler500 = (
    "anqi.web.shared.errors." + name for name in ("bad_request", "forbidden", "not_found", "broken")
)
