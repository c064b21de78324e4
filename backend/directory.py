"""What the company tells everybody: its halls and its notices."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend import clocks, shapes
from backend.tables import HallRow, NoticeRow


def halls(session: Session, county: str | None) -> list[shapes.Hall]:
    """The halls of a county, or all."""
    query = select(HallRow).order_by(HallRow.county, HallRow.name)
    rows = session.scalars(query.where(HallRow.county == county) if county else query)
    return [shapes.Hall.model_validate(each) for each in rows]


def notices(session: Session, county: str | None) -> list[shapes.Notice]:
    """The notices valid now: those of the county and those for everywhere; all of them without a county."""
    now = clocks.now()
    query = (
        select(NoticeRow)
        .where(NoticeRow.valid_from <= now, NoticeRow.valid_until > now)
        .order_by(NoticeRow.valid_from)
    )
    if county:
        query = query.where(or_(NoticeRow.county == county, NoticeRow.county.is_(None)))
    return [shapes.Notice.model_validate(each) for each in session.scalars(query)]
