"""What rules alone see of entities: words of the lexicon by spaCy, numbers and dates by regular expressions.

The spans are candidates: bot/engine/entity_model.py learned from the examples which of them people mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.core.address import Gazetteer
from bot.core.hours import PART_OF_DAY
from bot.core.numbers import NUMBER, SPOKEN_DIGITS
from bot.engine import names

ROOT = Path(__file__).parents[2]
LEXICON = ROOT / "data/nlu/lexicon/entities.txt"
REGION = ROOT / "data/region"
_N = f"(?:{NUMBER})"
_NUMERAL = "零一二两三四五六七八九十百千万半几俩仨0-9"
_S = f"[0-9{SPOKEN_DIGITS}]"
_PART = f"(?:{PART_OF_DAY})"
_DAY = "[0-9一二三四五六七八九十]{1,3}"
_YEAR = r"(?:去年|前年|大前年|今年|明年|来年|\d{4}年|[零〇一二三四五六七八九]{4}年|(?<!\d)\d{2}年)"
_WEEK = "(?:周|礼拜|星期)"
_LENGTH = rf"{_N}个?半?[多来]?个?把?(?:分钟|刻钟|小时|钟头|工作日|礼拜|星期|周|月(?!份)|天|宿|年)半?"

PATTERNS: tuple[tuple[str, str], ...] = (
    ("id_no", r"(?<!\d)\d{17}[\dXx](?!\d)"),
    ("phone", rf"(?<![0-9.])(?:\+?(?:00)?86[ \-]?)?1[3-9]\d(?:[ \-]?\d{{4}}){{2}}(?!\d)|0478[ \-]?\d{{7}}|幺[三四五六七八九]{_S}{{9}}"),
    ("account_no", rf"(?<![0-9.])\d{{4}}(?:[ \-]\d{{2,5}}){{1,4}}(?!\d)|(?<!\d)\d{{10,13}}(?!\d)|[{SPOKEN_DIGITS}]{{10,13}}"),
    ("month", rf"(?:{_YEAR}的?)?(?<![0-9一二三四五六七八九十])(?:[0-9]{{1,2}}|[一二三四五六七八九]|十[一二]?|元)月份?(?![0-9一二三四五六七八九十])"
              r"|(?:去年|前年|今年)?(?:腊月|正月|冬月)(?!初|[一二三十])|(?:上+|下+|这|本)一?个?月份?|\d{4}[-/.]\d{1,2}(?![-/.\d])"
              rf"|(?:最近|近|过去)的?{_N}个月"),
    ("date", r"(?:大*前|大*后|昨|今|明)[天日](?:早上|晚上|夜里|黑夜|早晨)?|(?:昨|前|今|明)(?:儿个?|晚|早|夜|黑夜)(?:早起|早晨|晚上|黑夜|夜里)?|夜来|夜儿个?"
             rf"|(?:{_YEAR}?(?:(?<![0-9一二三四五六七八九十])[0-9一二三四五六七八九十]{{1,2}}|元|[上下本这]个?)月(?:份的?)?|{_YEAR}的?)?(?<![0-9一二三四五六七八九十])"
             rf"{_DAY}[号日](?![0-9A-Za-z一-鿿]{{0,4}}楼|院|门|地|井|箱|变|机|杆|线)(?:[到至\-]{_DAY}[号日])?"
             rf"|(?:上+|下+|这|本)?个?{_WEEK}(?:的?{_WEEK})?[一二三四五六日天末]|(?:上+|下+|这|本)一?个?{_WEEK}(?![一二三四五六日天末])"
             r"|(?:农历|阴历)?(?:闰?[一二三四五六七八九十]{1,2}月|正月|腊月|大年)?(?:初[一二三四五六七八九十])|(?:正月|腊月)(?:十|二十|三十)[一二三四五六七八九]?"
             rf"|国庆节?|元旦|五一|春节|除夕|中秋节?|端午节?|清明节?|大年三十|年三十|腊八|双(?:十一|十二|11|12)|\d{{4}}[-/年]\d{{1,2}}[-/月]\d{{1,2}}日?"
             rf"|{_N}个?半?(?:天|礼拜|星期|周|个月|年)(?:之|以)?前(?![一-鿿]?[旗半晌院后])|(?:最近|近|过去)的?{_N}个?(?:天|礼拜|星期|周)|(?:上|这)?个?月底"),
    ("time", rf"(?<![昨今明前当])(?:{_PART}的?)?(?<![0-9一二两三四五六七八九十:.])[0-9零一二两三四五六七八九十]{{1,3}}点(?:半|[一三]刻|(?:零|过)?{_DAY}分?)?(?:钟|多)?"
             rf"|(?<![昨今明前当])(?:{_PART})?(?<![\d:])\d{{1,2}}:\d{{2}}(?![\d:])|(?<![昨今明前当]){_PART}|差[一二两三四五\d]{{1,3}}(?:分|刻)[零一二两三四五六七八九十\d]{{1,3}}点"
             rf"|{_N}个?半?多?(?:分钟|小时|钟头)(?:之|以)?前|刚才|刚刚"),
    ("duration", rf"{_LENGTH}(?:零?{_DAY}分钟?)?|(?<![{_NUMERAL}])个(?:半|把)(?:小时|钟头|月|礼拜|星期)|半个?(?:天|小时|钟头|年|月)|[一两三]天[一两三]夜|一晚上?|一[上下]午"
                 rf"|{_N}[到至\-]{_LENGTH}"),
    ("money", rf"(?:{_N}[多来几]?(?:块|元)(?:零?[一二两三四五六七八九\d](?:毛|角)(?:[一二三四五六七八九\d]分?)?|零?[一二三四五六七八九]|\d{{1,2}})?(?!表)|{_N}(?:毛|角){_N}?分?)|[¥￥]\d{{1,9}}(?:\.\d{{1,2}})?"
              rf"|{_N}[到至\-]{_N}(?:块|元)|(?<!\d)\d{{1,9}}(?:rmb|[wW](?![a-zA-Z]))"),
    ("energy", rf"{_N}[多来几]?(?:个字|字|度电|度(?![假过])|千瓦时|kwh)"),
    ("power", rf"(?:{_N}[到至\-])?{_N}[多来几]?个?(?:千瓦(?!时)|千伏安|kva|kw(?!h)|兆瓦|兆伏安|瓦(?!片))"),
    ("people_count", rf"{_N}(?:口(?:子|人)?|个人)"),
    ("number", rf"{_N}"),
    ("name_cue", r"(?:户名|姓名|名字|我叫|户主|机主|名下|叫)(?:是|叫|为|:)?"),
    ("order_cue", r"(?:工单号?|单号|编号|订单号?|受理号)(?:是|为|:)?"),
    ("meter_cue", r"(?:表号|电表号|资产号|表的号|资产编号)(?:是|为|:)?"),
    ("code", r"(?<![0-9A-Za-z])[A-Za-z]{0,4}\d{5,22}(?![0-9A-Za-z])"),
    ("house", r"[0-9零一二三四五六七八九十百]{1,4}(?:号楼|#楼|栋|幢|单元|号院|号?室|号?车位|号?机?井|号?桩|号?闸房?|号?商铺|号店|号厂房|层|楼|排|户)|第?[0-9一二三四五六七八九十]{1,3}(?:队|社|组)"),
    ("place", r"[一-鿿]{1,4}(?:小区|花园|家园|新村|嘉园|公寓|大厦|广场|市场|商场|商城|工业园|园区|物流园|苑|府|村|镇|乡|苏木|嘎查|农场|牧场|林场|渔场|分场|路|大街|街|巷|桥|渠|路口|小学|中学|学校|幼儿园|医院|卫生院|派出所|加油站|车站|粮库|水库|砖厂|酒店|宾馆|饭店|超市|门口|车库|机井房?|泵站|胡同|家属[楼院区]|大楼|职高|工地|大棚|羊圈|养殖场|冷库)"
              r"(?:东|西|南|北|后|前|门|口|旁边|对面|附近|里头|里|边上|拐角){0,2}"),
    ("part", r"(?:整|全|半|一|那|这)个?(?:一)?(?:栋楼?|幢|座楼|楼道?|单元|小区|村子?|嘎查|街|条街|条巷子?|巷|片|队|社|组|厂子?|市场|层|排房?|院子?|大院|校园|宿舍楼|工地|场子|营业房|台区|镇|乡)"
             r"|(?:我|俺|咱)们?(?:这儿?|那儿?)?(?:一)?(?:个|家|栋|幢|座|片|排|条|层|楼|队|社|组|单元|小区|村|嘎查|院|街|巷|户|屋|店|厂|大棚|宿舍|学校|公司|饭馆|办公室){1,2}"
             r"|[东西南北前后上下左右]半?(?:村|街|片|头|排|院|屋|边|面)|(?:单|双|奇|偶)数?(?:号|楼层|层|户)|[一二三四五六七八九十0-9]{1,2}(?:楼|层)(?:以上|以下|往上|往下)|(?:半|一半|有一?间|有几间)(?:屋子?|房子?|个家)"),
    ("machine", r"[一-鿿]{1,3}(?:机|泵|锅|炉|柜|扇|煲|灯|冰箱|空调|电视|洗衣机|热水器|加热器|净化器|暖器|烘干|电脑|路由器)"),
)  # fmt: skip
_COMPILED = tuple(
    (label, re.compile(source, re.IGNORECASE)) for label, source in (*PATTERNS, *names.patterns())
)


@dataclass(frozen=True)
class Hit:
    """A candidate in the normalised text; `value` where the lexicon gives one."""

    label: str
    start: int
    end: int
    value: str | None = None


@lru_cache(maxsize=64)
def hits(text: str) -> tuple[Hit, ...]:
    """All candidates, overlapping ones included."""
    found = [
        Hit(label, match.start(), match.end())
        for label, pattern in _COMPILED
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    matcher = _matcher()
    doc = Doc(matcher.vocab, words=list(text.lower()), spaces=[False] * len(text))
    for key, start, end in matcher(doc) if text else ():
        label, value = _label(matcher.vocab.strings[key])
        found.append(Hit(label, start, end, value or None))
    return tuple(found)


@lru_cache(maxsize=32)
def lexicon_values(label: str) -> dict[str, str]:
    """Word → value of one label of the lexicon."""
    return {word: value for name, value, words in _lexicon() if name == label for word in words}


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Counties and towns of all regions in data/region."""
    counties: dict[str, Any] = {}
    for path in sorted(REGION.glob("*/places.yml")):
        counties.update(yaml.safe_load(path.read_text(encoding="utf-8"))["counties"])
    return Gazetteer.of(counties)


@lru_cache(maxsize=1)
def _matcher() -> PhraseMatcher:
    nlp = spacy.blank("zh")
    matcher = PhraseMatcher(nlp.vocab)
    for label, value, words in _lexicon():
        docs = [Doc(nlp.vocab, words=list(word), spaces=[False] * len(word)) for word in words]
        matcher.add(f"{label}:{value}", docs)
    return matcher


def _lexicon() -> list[tuple[str, str, list[str]]]:
    rows = [
        line.partition("=")
        for line in LEXICON.read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    ]
    lexicon = [(*_label(name), words.split()) for name, _, words in rows]
    places = gazetteer()
    return [*lexicon, ("county", "", list(places.counties)), ("town", "", list(places.towns))]


def _label(name: str) -> tuple[str, str]:
    label, _, value = name.strip().partition(":")
    return label, value
