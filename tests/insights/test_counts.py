"""What agencies report: taken in whole or not at all."""

from pathlib import Path

import pytest

from insights import BadCounts, Count, Counts, counts
from storage import Database
from storage.migrate import migrate

HEAD = "service,quarter,digital,total\n"


def test_a_later_report_replaces_an_earlier_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'counts.sqlite'}"
    migrate(url)
    database = Database(url)
    kept = Counts(database)
    assert kept.take(counts.read(HEAD + "a,2026-Q3,1,4\nb,2026-Q3,2,2\na,2026-Q4,3,4\n", {"a", "b"})) == 3
    assert kept.take([Count(service="a", quarter="2026-Q3", digital=2, total=4)]) == 1
    assert [(one.service, one.digital) for one in kept.of(["2026-Q3"])] == [("a", 2), ("b", 2)]
    assert [one.quarter for one in kept.of(["2026-Q4"])] == ["2026-Q4"]
    database.close()


def test_every_line_that_is_wrong_is_named() -> None:
    text = HEAD + "a,2026-Q4,3,4\nc,2026-Q4,3,4\na,2026-13,3,4\na,2026-Q4,x,4\na,2026-Q4,5,4\n"
    with pytest.raises(BadCounts) as refused:
        counts.read(text, {"a"})
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["line 3", "line 4", "line 5", "line 6"]
    assert "there is no service `c`" in lines[0]
    assert "2026-Q4" in lines[1]
    assert "`digital`" in lines[2]
    assert "between 0 and `total`" in lines[3]


@pytest.mark.parametrize("text", ["", "service,quarter\n", "a,2026-Q4,1,2\n"])
def test_a_file_with_other_columns_says_which_are_wanted(text: str) -> None:
    with pytest.raises(BadCounts, match="service,quarter,digital,total"):
        counts.read(text, {"a"})


def test_a_spreadsheet_s_byte_order_mark_is_no_column() -> None:
    assert len(counts.read("\ufeff" + HEAD + "a,2026-Q4,1,2\n", {"a"})) == 1
