import pytest

from app.errors import Invalid
from app.services.slugs import check_slug


@pytest.mark.parametrize("slug", ["a", "7", "acme", "juma-salon", "a" * 27, "a--b"])
def test_it_takes_what_can_name_a_unit_and_a_directory(slug: str):
    assert check_slug(slug) == slug


@pytest.mark.parametrize("slug", [
    "", "-a", "a-", "A", "a" * 28, "a_b", "a b", "../etc", "a.b", "ä", "a\n", "acme\u0660",
])
def test_it_refuses_everything_else_with_the_rule(slug: str):
    with pytest.raises(Invalid, match="cannot be a slug: use 1 to 27 of a-z, 0-9 and -"):
        check_slug(slug)
