"""All timed duties of the house in one row; emergencies and requests are looked at first."""

from jobs import examples, inbox, sealing
from jobs.cooks import certificates, kitchen
from jobs.elders import care, emergencies, needs, requests
from jobs.homes import visits
from jobs.lunch import meals, menus, serving, sheets
from jobs.members import people, retention, vanishing
from jobs.volunteers import reminders, rosters

ROOMS = (
    *(emergencies, requests, care, needs),
    *(people, meals, menus, sheets, serving, visits),
    *(certificates, kitchen, rosters, reminders),
    *(examples, sealing, inbox, vanishing, retention),
)
DUTIES = tuple(duty for room in ROOMS for duty in room.DUTIES)
