"""Coming into the village: strangers, neighbours, grannies already on the list, families with a link."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.cards import Card
from models.members.people import CareLink, Consent, Invitation, InvitationPurpose, Member, Role
from models.outbox import OutboxMessage
from rules.members import care_links, invitations, joining, people
from rules.members.care_links import Care
from rules.members.invitations import Purpose
from rules.values import Refused

LINK = Purpose(InvitationPurpose.JOIN)


def told(session, member):
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == member.telegram_id))
    return [row.body["text"]["key"] for row in rows]


def test_a_neighbour_of_an_open_village_comes_in_by_speaking(session, canteen, act):
    member = joining.join(session, canteen, 2001, "覃秀兰", act())
    assert member.name == "覃秀兰"
    assert member.approved_at is not None
    assert joining.join(session, canteen, 2001, "覃秀兰", act()) is member


def test_where_a_manager_decides_the_newcomer_waits_for_a_tap(session, canteen, manager, act):
    canteen.settings = {"join": "approve"}
    assert joining.join(session, canteen, 2001, "覃秀兰", act()) is None
    assert joining.join(session, canteen, 2001, "覃秀兰", act()) is None
    assert told(session, manager) == ["people.wants_in"]
    waiting = joining.of_account(session, canteen.id, 2001)
    member = joining.admit(session, waiting.id, manager, act(manager))
    assert joining.join(session, canteen, 2001, "覃秀兰", act()) is member
    assert told(session, member) == ["people.admitted"]


def test_two_managers_tapping_admit_once(session, canteen, manager, act):
    canteen.settings = {"join": "approve"}
    joining.join(session, canteen, 2001, "覃秀兰", act())
    waiting = joining.of_account(session, canteen.id, 2001)
    first = joining.admit(session, waiting.id, manager, act(manager)).approved_at
    later = act(manager, now=act().now + timedelta(minutes=5))
    assert joining.admit(session, waiting.id, manager, later).approved_at == first
    with pytest.raises(Refused, match=r"people\.already_in"):
        joining.reject(session, waiting.id, manager, later)


def test_who_was_not_let_in_can_ask_again(session, canteen, manager, act):
    canteen.settings = {"join": "approve"}
    joining.join(session, canteen, 2001, "覃秀兰", act())
    waiting = joining.of_account(session, canteen.id, 2001)
    joining.reject(session, waiting.id, manager, act(manager))
    assert joining.of_account(session, canteen.id, 2001) is None
    with pytest.raises(Refused, match=r"common\.old_button"):
        joining.admit(session, waiting.id, manager, act(manager))


def test_only_a_manager_lets_people_in(session, canteen, granny, volunteer, act):
    canteen.settings = {"join": "approve"}
    joining.join(session, canteen, 2001, "覃秀兰", act())
    waiting = joining.of_account(session, canteen.id, 2001)
    for nosy in (granny, volunteer):
        with pytest.raises(Refused):
            invitations.make(session, nosy, LINK, act(nosy))
        with pytest.raises(Refused, match=r"people\.managers_only"):
            joining.admit(session, waiting.id, nosy, act(nosy))
    assert waiting.approved_at is None


def test_a_name_already_on_the_list_is_never_guessed(session, canteen, manager, neighbour, act):
    assert joining.join(session, canteen, 2002, "覃叔", act()) is None
    assert told(session, manager) == ["people.same_person"]
    assert neighbour.telegram_id is None
    joining.claim(session, neighbour.id, 2002, manager, act(manager))
    assert joining.join(session, canteen, 2002, "覃叔", act()) is neighbour


def test_an_entry_with_a_phone_cannot_be_taken_over(session, granny, manager, act):
    with pytest.raises(Refused, match=r"people\.already_in"):
        joining.claim(session, granny.id, 2002, manager, act(manager))
    assert granny.telegram_id == 1001


def test_a_profile_name_is_clipped_and_the_real_one_kept(session, canteen, act):
    member = joining.join(session, canteen, 2001, "很" * 100, act())
    assert len(member.name) == joining.LONGEST_NAME
    assert joining.rename(session, member, "  覃 秀兰 ", act(member)).name == "覃 秀兰"


@pytest.mark.parametrize("name", ["", "  ", "123", "长" * 21, "！！"])
def test_what_is_no_name_is_asked_again(session, granny, act, name):
    with pytest.raises(Refused, match=r"people\.no_name"):
        joining.rename(session, granny, name, act(granny))


def test_a_link_fits_into_a_deep_link_and_only_its_hash_is_kept(session, manager, act):
    secret = invitations.make(session, manager, LINK, act(manager))
    row = session.exec(select(Invitation)).one()
    assert 22 <= len(secret) <= 64
    assert secret not in row.secret_hash
    assert secret not in str([entry.model_dump() for entry in session.exec(select(AuditEntry))])


def test_a_link_is_good_for_the_first_who_opens_it(session, manager, act):
    secret = invitations.make(session, manager, LINK, act(manager))
    _, member = invitations.open_link(session, secret, 2001, "小韦", act())
    assert invitations.open_link(session, secret, 2001, "小韦", act())[1] is member
    with pytest.raises(Refused, match=r"people\.link_used"):
        invitations.open_link(session, secret, 2002, "别人", act())
    assert joining.of_account(session, manager.canteen_id, 2002) is None


def test_a_link_is_good_for_a_day(session, manager, act, now):
    secret = invitations.make(session, manager, LINK, act(manager))
    with pytest.raises(Refused, match=r"people\.link_old"):
        invitations.open_link(session, secret, 2001, "小韦", act(now=now + invitations.LASTS))


def test_a_made_up_secret_opens_nothing(session, canteen, act):
    with pytest.raises(Refused, match=r"people\.link_used"):
        invitations.open_link(session, "A" * 22, 2001, "小韦", act())


def test_granny_herself_lets_her_grandson_book_for_her(session, granny, act, now):
    secret = invitations.make(session, granny, Purpose(InvitationPurpose.CARE, granny.id), act(granny))
    _, grandson = invitations.open_link(session, secret, 2001, "小李", act())
    people.check_may_act(session, grandson, granny, "meals", now.date())
    link = session.exec(select(CareLink).where(CareLink.carer_id == grandson.id)).one()
    assert link.consent == Consent.SAID
    assert people.roles_of(session, grandson.id) == {Role.FAMILY}
    assert "people.now_cares" in told(session, granny)


def test_a_social_worker_pairs_with_the_elders_fingerprint_on_record(session, neighbour, social_worker, act):
    purpose = Purpose(InvitationPurpose.CARE, neighbour.id, consent=Consent.FINGERPRINT)
    secret = invitations.make(session, social_worker, purpose, act(social_worker))
    _, daughter = invitations.open_link(session, secret, 2001, "小覃", act())
    link = session.exec(select(CareLink).where(CareLink.carer_id == daughter.id)).one()
    assert (link.consent, link.consent_witness_id) == (Consent.FINGERPRINT, social_worker.id)


def test_without_the_elders_consent_nobody_is_paired(session, neighbour, social_worker, daughter, act):
    with pytest.raises(Refused, match=r"people\.consent_missing"):
        invitations.make(
            session, social_worker, Purpose(InvitationPurpose.CARE, neighbour.id), act(social_worker)
        )
    with pytest.raises(Refused, match=r"people\.consent_missing"):
        care_links.link(session, neighbour, daughter, Care(), act(social_worker))


def test_a_daughter_cannot_invite_herself_to_a_neighbour(session, neighbour, daughter, act):
    purpose = Purpose(InvitationPurpose.CARE, neighbour.id, consent=Consent.SAID)
    with pytest.raises(Refused, match=r"people\.managers_only"):
        invitations.make(session, daughter, purpose, act(daughter))


def test_a_social_worker_gives_no_roles(session, social_worker, manager, act):
    purpose = Purpose(InvitationPurpose.ROLE, role=Role.COOK)
    with pytest.raises(Refused):
        invitations.make(session, social_worker, purpose, act(social_worker))
    secret = invitations.make(session, manager, purpose, act(manager))
    _, cook = invitations.open_link(session, secret, 2001, "新师傅", act())
    assert people.roles_of(session, cook.id) == {Role.COOK}


def test_a_phone_given_to_granny_without_one_opens_her_own_entry(session, neighbour, manager, act):
    secret = invitations.make(session, manager, Purpose(InvitationPurpose.CLAIM, neighbour.id), act(manager))
    _, member = invitations.open_link(session, secret, 2001, "手机", act())
    assert member is neighbour
    assert neighbour.telegram_id == 2001


def test_a_link_ended_by_the_elder_counts_no_more(session, granny, daughter, volunteer, act, now):
    link = care_links.of_member(session, granny.id)[0]
    with pytest.raises(Refused):
        care_links.end(session, link.id, volunteer, act(volunteer))
    care_links.end(session, link.id, granny, act(granny))
    with pytest.raises(Refused):
        people.check_may_act(session, daughter, granny, "meals", now.date())
    assert care_links.of_member(session, granny.id) == []


def test_nobody_is_linked_to_themself(session, granny, act):
    with pytest.raises(Refused, match=r"people\.link_to_self"):
        care_links.link(session, granny, granny, Care(consent=Consent.SAID), act(granny))


def stranger(telegram_id=3001, name="生人"):
    return Member(name=name, telegram_id=telegram_id, canteen_id=0, joined_at=None)


def test_a_stranger_in_private_learns_how_to_join_and_nothing_about_anybody(village, granny):
    said = village.says(stranger(), "李奶奶明天来吃饭吗")
    assert len(said) == 1
    assert "李奶奶" not in said[0]
    assert "群" in said[0]


def test_a_stranger_tapping_an_old_button_learns_nothing(village, granny):
    assert "李" not in village.taps(stranger(), f"status:{granny.id}:away")


def test_somebody_of_the_group_books_with_the_first_words(village, session, canteen):
    said = village.says(stranger(), "/start", group=True)
    assert said
    assert joining.of_account(session, canteen.id, 3001).name == "生人"


def test_a_manager_lets_a_newcomer_in_by_one_tap(village, session, canteen, manager):
    canteen.settings = {"join": "approve"}
    said = village.says(stranger(), "/start", group=True)
    assert "管理员" in said[0]
    waiting = joining.of_account(session, canteen.id, 3001)
    village.taps(manager, f"admit:{waiting.id}:yes")
    assert "生人" in village.says(waiting, "/start")[0]


def test_granny_pairs_her_grandson_by_a_line_he_sends_to_the_bot(village, session, granny):
    address = village.says(granny, "/pair")[0].splitlines()[-1]
    assert address.startswith("https://t.me/gulou_bot?start=")
    said = village.says(stranger(name="小李"), address)
    assert any("李奶奶" in words for words in said)
    grandson = joining.of_account(session, granny.canteen_id, 3001)
    assert people.resolve(session, grandson, "李奶奶") == [granny]


def test_a_social_worker_says_how_the_elder_agreed_before_the_link_is_made(
    village, session, social_worker, neighbour
):
    assert "覃叔" in village.says(social_worker, "/pair 覃叔")[0]
    village.taps(social_worker, village.data_of("手印"))
    assert session.exec(select(Invitation)).one().consent == Consent.FINGERPRINT


def test_a_name_is_changed_by_writing_it(village, session, granny):
    village.taps(granny, "rename:ask")
    assert village.says(granny, "李秀英") == ["好的，李秀英。"]
    assert granny.name == "李秀英"


def test_granny_chooses_english_for_herself_alone(village, session, granny, daughter):
    village.says(granny, "/language")
    village.taps(granny, "lang:en")
    assert "Hello" in village.says(granny, "/help")[0] or "meal" in village.says(granny, "/help")[0]
    assert "您" in village.says(daughter, "/help")[0]


def test_in_the_group_only_a_manager_changes_the_language(village, canteen, granny, manager):
    village.says(granny, "/help")
    village.taps(granny, "lang:en", group=True)
    assert canteen.language == "zh_CN"
    village.taps(manager, "lang:en", group=True)
    assert canteen.language == "en"


def test_a_forged_button_does_nothing(village, session, granny, manager):
    for data in ("admit:x:yes", "admit:999999:yes", "claim:1:abc", "consent:1:said", "admit::", "claim:²:3"):
        assert village.taps(manager, data)
    assert session.exec(select(Card)).all() == []


def moves(village, who, what):
    """Somebody enters the group or leaves it."""
    person = village._person(who)
    content = {"new_chat_members": [person]} if what == "comes" else {"left_chat_member": person}
    place = {"message_id": 9, "date": 1, "from": person, "chat": village._chat(who, True)}
    village._take({"update_id": 700_000 + len(what) + who.telegram_id, "message": {**place, **content}})


def test_who_entered_the_group_may_speak_to_the_bot_in_private_at_once(village, session, canteen):
    moves(village, stranger(), "comes")
    said = village.says(stranger(), "/start")
    assert "生人" in said[0]
    assert joining.of_account(session, canteen.id, 3001) is not None


def test_who_left_the_group_without_ever_joining_is_a_stranger_again(village, session, canteen):
    moves(village, stranger(), "comes")
    moves(village, stranger(), "leaves")
    assert "群" in village.says(stranger(), "/start")[0]
    assert joining.of_account(session, canteen.id, 3001) is None


def test_who_waits_for_the_manager_books_nothing_by_a_tap(village, session, canteen, manager, granny):
    canteen.settings = {"join": "approve"}
    village.says(stranger(), "/start", group=True)
    assert "管理员" in village.taps(stranger(), f"status:{granny.id}:away", group=True)
    assert told(session, manager) == ["people.wants_in"]
