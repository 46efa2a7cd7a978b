"""A strict local Telegram Bot API: the demo that needs no token, and the double the tests trust."""
