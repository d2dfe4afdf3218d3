"""Forms: how channels send notices whose fields are signed one by one."""

from urllib.parse import parse_qsl


def fields(body: bytes) -> dict[str, str]:
    """The fields of a notice's body; ValueError when it is none."""
    pairs = parse_qsl(
        body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=100
    )
    stated = dict(pairs)
    if len(stated) != len(pairs):
        # Which of two fields with one name was signed is anybody's guess.
        raise ValueError
    return stated
