"""One's own shifts in one's own calendar: the secret address, a new one, none."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from rules.values import Answer, Attachment, Button, Message, Refused, Text, Toast
from rules.volunteers import feeds


def give(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The address to subscribe to; where the bot has no page of its own, the shifts as a file."""
    known(turn)
    if not turn.private:
        raise Refused("shifts.plan_in_private")
    if not turn.heard.web:
        facts = {"member_id": turn.asker.id, "today": turn.today.isoformat()}
        turn.answer(Message(Text("shifts.feed_file"), attachment=Attachment("calendar", facts)))
        return Toast(Text("common.done"))
    secret = feeds.make(turn.session, turn.asker, turn.act)
    address = f"{turn.heard.web.rstrip('/')}/calendar/{secret}.ics"
    again = Button(Text("shifts.button_feed_again"), "shiftfeed")
    end = Button(Text("shifts.button_feed_end"), "shiftfeedend")
    turn.answer(Message(Text("shifts.feed", address=address), ((again, end),)))
    return Toast(Text("common.done"))


def end(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The address opens nothing any more."""
    known(turn)
    gone = feeds.revoke(turn.session, turn.asker, turn.act)
    said = Text("shifts.feed_ended" if gone else "shifts.feed_none")
    return Toast(Text("common.done"), edit=Message(said))


BUTTONS = {"shiftfeed": give, "shiftfeedend": end}
