"""The definition that is measured, as agreement.toml of the bench says it, for tools that take SQL."""

DAY = 86_400
START = 1_700_006_400
HALF_LIFE = 30 * DAY
FORGOTTEN_AFTER = 90 * DAY
WITHIN = 365 * DAY
FIT_LEAST = 13
THRESHOLD = 50
# Sums in floating point that should be fifty are sometimes a hair less.
HAIR = 1e-6

SENIORITY = {"c_level": 25, "vp": 20, "director": 15, "manager": 10, "staff": 3, "student": -20}
INDUSTRY = {"software": 10, "manufacturing": 10, "finance": 8, "health": 5}
COUNTRY = {"us": 5, "de": 5, "gb": 5, "fr": 3, "nl": 3}
EMPLOYEES = [(1000, 10), (200, 8), (50, 5)]
KIND = {
    "page_view": 1, "email_open": 1, "email_click": 3, "pricing_view": 8, "content_download": 6,
    "webinar_attend": 12, "form_submit": 10, "demo_request": 40, "trial_start": 35, "chat": 9,
    "event_scan": 15, "call_connected": 20,
}


def by_value(column, points):
    """An expression of SQL: the points beside a value, none for others."""
    whens = " ".join(f"when '{value}' then {n}" for value, n in points.items())
    return f"(case {column} {whens} else 0 end)"


def by_number(column, steps):
    """An expression of SQL: the points of the highest step that is reached."""
    whens = " ".join(f"when {column} >= {least} then {n}" for least, n in steps)
    return f"(case {whens} else 0 end)"


FIT = " + ".join([
    by_value("seniority", SENIORITY), by_value("industry", INDUSTRY),
    by_value("country", COUNTRY), by_number("employees", EMPLOYEES),
])
POINTS = by_value("kind", KIND)
