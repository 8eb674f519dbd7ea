import pytest

from app.errors import Invalid
from app.services.phones import read_phone


@pytest.mark.parametrize("written", [
    "+255712345678", "0712 345 678", "+255 712-345-678", "+255 (712) 345.678", "255712345678", "  0712-345-678 ",
])
def test_it_reads_a_number_as_people_write_it(written: str):
    assert read_phone(written) == "+255712345678"


def test_a_number_of_another_country_keeps_its_country():
    assert read_phone("+254 712 345678") == "+254712345678"


@pytest.mark.parametrize("written", [
    "", "12", "+2557", "hello", "0800FLOWERS", "+255 712 345 678 999 111", "++255712345678",
])
def test_it_refuses_what_cannot_be_a_number_and_says_how_to_write_one(written: str):
    with pytest.raises(Invalid, match=r"is not a phone number: write it like \+255 712 345 678"):
        read_phone(written)
