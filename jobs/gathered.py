"""All timed duties of the house in one row; emergencies and requests are looked at first."""

from jobs import (
    alarms,
    certificates,
    emergencies,
    examples,
    inbox,
    kitchen,
    meals,
    menus,
    people,
    reminders,
    requests,
    rosters,
    sealing,
    serving,
    sheets,
)

ROOMS = (
    *(emergencies, requests, alarms),
    *(people, meals, menus, sheets, serving),
    *(certificates, kitchen, rosters, reminders),
    *(examples, sealing, inbox),
)
DUTIES = tuple(duty for room in ROOMS for duty in room.DUTIES)
