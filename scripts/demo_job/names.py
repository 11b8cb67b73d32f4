"""Invented people for the anonymous households of the data."""

FIRST = (
    "Ada Amir Anna Ben Bianca Carlos Chloe Daniel Dina Elena Emil Esther Farid Fiona "
    "Grace Hana Hugo Ines Ivan Jamal Jana Joel Julia Kai Karin Lara Leo Lina Luca Maja "
    "Marco Maria Mei Milan Mina Nadia Noah Nora Olga Omar Paula Petra Rafael Rosa Zoë "
    "Samir Sara Simon Sofia Tariq Tessa Theo Uma Viktor Wanda Yara Yusuf Zoe José Björn"
).split()
LAST = (
    "Adler Baker Becker Bennett Berg Costa Cruz Diaz Dubois Evans Fischer Fontaine "
    "Garcia Greco Haas Hansen Hughes Ito Jansen Jones Keller Khan Kim Klein Kovacs "
    "Lambert Larsen Lopez Mancini Martin Meyer Moreau Moretti Nakamura Nguyen Novak "
    "Okafor Olsen Park Patel Pereira Petrov Quinn Ramos Reyes Romano Rossi Santos "
    "Schmidt Silva Singh Sousa Tanaka Torres Vargas Vogel Weber Wong Young Zhang"
).split()
CITIES = "Cincinnati Columbus Dayton Lexington Louisville Indianapolis Toledo".split()


def person(household: int) -> tuple[str, str]:
    """Return (name, e-mail address), always the same for a household.

    One in forty has no address at all, as in any real shop.
    """
    first = FIRST[household * 7 % len(FIRST)]
    last = LAST[household * 13 % len(LAST)]
    plain = f"{first}.{last}".lower().translate(str.maketrans("éëö", "eeo"))
    email = "" if household % 40 == 7 else f"{plain}.{household}@customers.example.com"
    return f"{first} {last}", email


def city(household: int) -> str:
    return CITIES[household * 11 % len(CITIES)]
