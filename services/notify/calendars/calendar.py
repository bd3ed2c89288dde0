"""Planned calls as an iCalendar object (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event, Timezone

from chassis.dates import ZONE
from contracts.parties import Language
from services.notify.tasks.models import Task

PRODID = "-//Relance//Planned calls//EN"
NAMES = {Language.FRENCH: "Relance : appels prévus", Language.ENGLISH: "Relance: planned calls"}
CALLS = {Language.FRENCH: "Appeler {name}", Language.ENGLISH: "Call {name}"}
REFRESH = timedelta(hours=1)


def calendar_of(tasks: Iterable[Task], language: Language) -> bytes:
    """An all-day entry for each call: whom to call and at which number; no amount, no invoice, no note."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", NAMES[language])
    calendar.add("x-published-ttl", REFRESH)
    for task in tasks:
        calendar.add_component(_event(task, language))
    if not calendar.subcomponents:  # one component at least is asked for (RFC 5545, 3.6)
        calendar.add_component(Timezone.from_tzid(ZONE.key))
    return bytes(calendar.to_ical())


def _event(task: Task, language: Language) -> Event:
    event = Event()
    event.add("uid", f"{task.id}@calls.relance")
    event.add("dtstamp", task.opened_at.astimezone(UTC))
    event.add("dtstart", task.due_on)
    event.add("dtend", task.due_on + timedelta(days=1))
    event.add("summary", CALLS[language].format(name=task.customer))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if task.phone:
        event.add("description", task.phone)
    return event
