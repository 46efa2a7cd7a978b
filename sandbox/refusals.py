"""Telegram's ways to say no, in Telegram's own words."""

from sandbox.records import Json


class NotAllowed(ValueError):
    """A person in the sandbox tried what their own app would not let them do."""


class ApiError(Exception):
    """An answer `{"ok": false}` of the Bot API."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def raw(self) -> Json:
        """The answer's body."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(what: str) -> ApiError:
    """400: the request was wrong."""
    return ApiError(400, f"Bad Request: {what}")


def forbidden(what: str) -> ApiError:
    """403: the bot may not."""
    return ApiError(403, f"Forbidden: {what}")


def unauthorized() -> ApiError:
    """401: well-formed token, but nobody's."""
    return ApiError(401, "Unauthorized")


def not_found() -> ApiError:
    """404: no token at all, or no such method."""
    return ApiError(404, "Not Found")


def no_method() -> ApiError:
    """404: the method is unknown, or the sandbox does not offer it."""
    return ApiError(404, "Not Found: method not found")


def conflict(what: str) -> ApiError:
    """409: somebody else receives the updates."""
    return ApiError(409, f"Conflict: {what}")


def other_poller() -> ApiError:
    """409 for the older of two pollers."""
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")


def webhook_is_set() -> ApiError:
    """409 for polling beside a webhook."""
    return conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )


def too_many(retry_after: int) -> ApiError:
    """429: slower, please."""
    words = f"Too Many Requests: retry after {retry_after}"
    return ApiError(429, words, {"retry_after": retry_after})


def migrated(new_chat_id: int) -> ApiError:
    """400 of a group that became a supergroup."""
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, words, {"migrate_to_chat_id": new_chat_id})


def query_too_old() -> ApiError:
    """400 for a tap answered too late, twice, or never made."""
    return bad("query is too old and response timeout expired or query ID is invalid")
