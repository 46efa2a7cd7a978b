"""How the sandbox reads formatted text: HTML, MarkdownV2, found entities, UTF-16 places, trimming."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import Formatted, formatted, piece, utf16_length
from sandbox.refusals import ApiError


def read(text: str, mode: str | None = None, entities=None) -> Formatted:
    """The text as people would see it."""
    return formatted(text, mode, entities, limit=4096)


def marks(text: Formatted) -> list[tuple[str, str]]:
    """Each entity's type and the words it covers."""
    return [(each["type"], piece(text.text, each)) for each in text.entities]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<b>饭</b>", "bold"),
        ("<strong>饭</strong>", "bold"),
        ("<i>饭</i>", "italic"),
        ("<em>饭</em>", "italic"),
        ("<u>饭</u>", "underline"),
        ("<ins>饭</ins>", "underline"),
        ("<s>饭</s>", "strikethrough"),
        ("<del>饭</del>", "strikethrough"),
        ("<code>饭</code>", "code"),
        ("<pre>饭</pre>", "pre"),
        ("<tg-spoiler>饭</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">饭</span>', "spoiler"),
        ("<blockquote>饭</blockquote>", "blockquote"),
        ("<blockquote expandable>饭</blockquote>", "expandable_blockquote"),
        ('<tg-emoji emoji-id="5">饭</tg-emoji>', "custom_emoji"),
        ('<a href="https://village.cn/">饭</a>', "text_link"),
        ('<a href="tg://user?id=101">饭</a>', "text_mention"),
    ],
)
def test_every_html_tag_of_telegram_is_known(source, kind):
    assert marks(read("两份" + source, "HTML")) == [(kind, "饭")]


def test_tags_nest_and_share_their_words():
    assert marks(read("<b>午<i>饭</i></b>", "HTML")) == [("bold", "午饭"), ("italic", "饭")]


def test_a_code_inside_a_pre_names_its_language():
    text = read('<pre><code class="language-python">x = 1</code></pre>', "HTML")
    assert text.entities == ({"type": "pre", "offset": 0, "length": 5, "language": "python"},)


def test_character_references_become_characters():
    assert read("&lt;b&gt; &amp; &quot;&#39;&#x996d;&nbsp;", "HTML").text == "<b> & \"'饭&nbsp;"


def test_a_link_without_an_address_is_plain_text():
    assert read('<a href="nowhere">饭</a>', "HTML").entities == ()


@pytest.mark.parametrize(
    "source", ["<span>x</span>", "a < b", "<br>", "<b", "</b>", "<b>x</i>", "<script>x</script>"]
)
def test_what_is_no_html_of_telegram_is_refused(source):
    with pytest.raises(ApiError, match="can't parse entities"):
        read(source, "HTML")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("*饭*", [("bold", "饭")]),
        ("_饭_", [("italic", "饭")]),
        ("__饭__", [("underline", "饭")]),
        ("~饭~", [("strikethrough", "饭")]),
        ("||饭||", [("spoiler", "饭")]),
        ("`a*b`", [("code", "a*b")]),
        ("```python\nx = 1```", [("pre", "x = 1")]),
        ("```x```", [("pre", "x")]),
        ("[饭](https://village.cn/\\))", [("text_link", "饭")]),
        (">午饭\n>两份\n好", [("blockquote", "午饭\n两份")]),
        ("*午_饭_*", [("bold", "午饭"), ("italic", "饭")]),
        ("1\\. \\*", []),
    ],
)
def test_markdown_v2_is_read(source, found):
    assert marks(read(source, "MarkdownV2")) == found


@pytest.mark.parametrize("source", ["a.b", "*饭", "[饭", "[饭]", "`饭", "a-b", "(x)"])
def test_what_is_no_markdown_v2_is_refused(source):
    with pytest.raises(ApiError, match="can't parse entities"):
        read(source, "MarkdownV2")


@pytest.mark.parametrize(("mode", "why"), [("Markdown", "legacy"), ("LaTeX", "unsupported parse_mode")])
def test_other_modes_are_refused(mode, why):
    with pytest.raises(ApiError, match=why):
        read("饭", mode)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/book 2", [("bot_command", "/book")]),
        ("好 /book@gulou_bot", [("bot_command", "/book@gulou_bot")]),
        ("/book明天", []),
        ("1/2", []),
        ("@granny_li 好", [("mention", "@granny_li")]),
        ("a@village.cn", [("email", "a@village.cn")]),
        ("看 https://village.cn/a?b=1，好", [("url", "https://village.cn/a?b=1")]),
        ("#午饭 好", [("hashtag", "#午饭")]),
        ("#1", []),
    ],
)
def test_telegram_finds_some_things_by_itself(text, found):
    assert marks(read(text)) == found


def test_what_is_marked_already_is_not_found_again():
    assert marks(read("<code>/book</code>", "HTML")) == [("code", "/book")]


def test_white_space_at_the_ends_goes_and_entities_follow():
    text = read("  <b> 饭 </b>  ", "HTML")
    assert (text.text, marks(text)) == ("饭", [("bold", "饭")])


def test_an_emoji_counts_two():
    assert utf16_length("😀饭a") == 4
    assert read("😀<b>饭</b>", "HTML").entities[0]["offset"] == 2


def test_only_a_hundred_entities_are_kept():
    many = [{"type": "bold", "offset": place, "length": 1} for place in range(150)]
    assert len(read("饭" * 150, entities=many).entities) == 100


@given(
    st.text(alphabet="<>/bi &;#x1饭😀*_`[]()|~\\.\n", max_size=40), st.sampled_from(["HTML", "MarkdownV2"])
)
def test_any_text_is_read_or_refused_and_every_entity_lies_within_it(source, mode):
    try:
        text = read(source, mode)
    except ApiError:
        return
    for entity in text.entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(text.text)
