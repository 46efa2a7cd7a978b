"""A row made by hand is like one that SQLAlchemy would have made, only sooner."""

import subprocess
import sys
from copy import copy

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.members.people import Account
from models.store import note

FIRST = "from models.inbox import InboxUpdate; row = InboxUpdate(update_id=7, raw='{}'); print(row.update_id, row.tries)"


def test_a_row_is_new_until_it_is_kept_and_then_like_one_that_was_read(session):
    account = Account(telegram_id=77, name="韦奶奶")
    assert sa.inspect(account).transient
    session.add(account)
    session.flush()
    assert sa.inspect(account).persistent
    session.expunge_all()
    again = session.exec(select(Account).where(Account.telegram_id == 77)).one()
    assert (again.name, again.id, again is account) == ("韦奶奶", account.id, False)


def test_a_change_of_a_new_row_is_kept(session):
    account = Account(telegram_id=78, name="韦奶奶")
    session.add(account)
    session.flush()
    account.name = "韦阿婆"
    session.flush()
    named = select(Account.name).where(Account.telegram_id == 78)
    assert session.exec(named).one() == "韦阿婆"


def test_two_rows_share_nothing_they_hold():
    first, second = Account(telegram_id=1), Account(telegram_id=2)
    first.name = "韦奶奶"
    assert (second.name, sa.inspect(first) is sa.inspect(second)) == ("", False)


def test_a_copy_of_a_row_says_the_same():
    assert copy(Account(telegram_id=1, name="韦奶奶")).name == "韦奶奶"


def test_a_row_knows_no_other_words():
    with pytest.raises(TypeError, match="has no nickname"):
        Account(telegram_id=1, nickname="小韦")


def test_the_very_first_row_of_a_process_can_be_read():
    said = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["7", "0"]


def test_a_note_is_a_row_like_any_other_and_a_column_that_is_none_is_refused(store):
    def written(session):
        note(session, Account, telegram_id=1001, name="李奶奶")
        return session.exec(select(Account)).one()

    granny = store.write_now(written)
    assert (granny.telegram_id, granny.name, granny.language) == (1001, "李奶奶", None)
    with pytest.raises(TypeError, match="Account"):
        store.write_now(lambda session: note(session, Account, telegram_id=1002, nmae="王"))
