"""What Schemathesis cannot know of the API's requests."""

import itertools

import schemathesis

schemathesis.serializer.alias("application/partial-upload", "application/octet-stream")

_numbers = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each valid request a key of its own.

    One that came before with another request is refused, and the boundary values that are made for
    the key's pattern do not all fit it.
    """
    if case.meta and case.meta.generation.mode.is_positive and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f'"{next(_numbers)}"'
