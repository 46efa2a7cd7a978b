"""A bare python-telegram-bot as its own examples build it: one update at a time, httpx below."""

import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main(url: str, token: str) -> None:
    """Poll until SIGTERM."""
    application = ApplicationBuilder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main(*sys.argv[1:])
