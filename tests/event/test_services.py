"""The catalogue of services: enough of them, each told in both languages, its types named once."""

from actiontrail.event.services import name, services

ALL = tuple(services().values())
TYPES = [one for service in ALL for one in service.type]


def test_the_catalogue_is_large_and_names_nothing_twice() -> None:
    """An auditor's services are in it."""
    types = [one.type for one in TYPES]

    assert (len(ALL) >= 40, len([one for one in ALL if one.type]) >= 40, len(set(types)) == len(types)) == (
        True,
        True,
        True,
    )


def test_every_type_comes_to_be_and_ends_by_events_that_are_names() -> None:
    """They are split at commas by whoever reads them."""
    lists = [text for one in TYPES for text in (one.create, one.delete, one.change) if text]

    assert (
        [one.type for one in TYPES if not (one.create and one.delete)],
        [text for text in lists if not all(part.isalnum() for part in text.split(","))],
        [one.type for one in TYPES if not one.type.startswith("ACS::")],
    ) == ([], [], [])


def test_every_name_is_there_in_both_languages() -> None:
    """Half of the readers read Chinese."""
    names = [one.name for one in (*ALL, *TYPES)]

    assert [one for one in names if not one.english or not one.chinese or not one.english.isascii()] == []


def test_an_unknown_service_is_called_by_its_own_name() -> None:
    """Events name services that no catalogue knows yet."""
    assert (name("ecs").chinese, name("Quux").english) == ("云服务器 ECS", "Quux")
