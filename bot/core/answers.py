"""Short answers that mean just one thing where they were asked: pattern → value (Field.says)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.core.talk import marks

SUBMIT: Mapping[str, bool] = {
    r"^(嗯|是)?对(的|了)?$|^(提交|没(有|啥|什么)*问题|都对|可以(?!不|吗)|没错|不用改|(行|好|那)?就这样|没(有)?别的|没啥(要)?改)|^[👌👍✅🆗]|^\[强\]|^/:(strong|ok)": True
}
LIT: Mapping[str, bool] = {
    r"^(也|都|全)?(没(?!跳|掉|动)|无|停|黑)|也没|都没|一样|没有电": False,
    r"有电|亮着|亮堂|都亮|灯.{0,2}(着|亮)|^(邻居|隔壁|对门|人家|别家)?有(呢|着|的)?$|都有": True,
}
_NEIGHBOUR = r"(邻居|隔壁|对门|别人家?|别家|别的(家|户|人)|人家|旁边|楼上|楼下|左右).{0,4}"
NEIGHBOURS_TOLD: Mapping[str, bool | None] = {
    r"(没住人|没人住|不在家|看不(见|出|清|到)|不知道|不清楚|不晓得)": None,
    _NEIGHBOUR + r"(没(?!跳|掉|停|黑|有?影响)|停了|停电|黑|不亮|灭)": False,
    r"(不光|不止|不只|不单)(是)?(我|俺|咱)|(全|整)(村|队|楼|栋|单元|小区|条街|个?村|个?小区).{0,4}(没|停|黑|灭)|都(没电|停电|停了|黑了|灭了|摸黑)": False,
    _NEIGHBOUR + r"(有电|亮|有呢|有着|有$)": True,
    r"(就|只|光|单)(是)?(我|俺|咱)们?(一|这|自)?(家|户|屋)": True,
}
BREAKER_OFF: Mapping[str, bool] = {
    r"没跳|没有跳|没掉|合着|正常|上着": False,
    r"跳了|跳闸|掉了|下来了|推不上": True,
}
BREAKER_TOLD: Mapping[str, bool] = {
    r"没跳|没有跳|闸.{0,4}(没掉|没动|合着|上着|正常|好着)": False,
    r"跳闸了|跳了闸|跳闸.{0,4}(推|合)不|[闸开关].{0,4}(跳了|掉了|跳下来)|推不上": True,
}
NO_WISH: Mapping[str, str] = {r"^没(有|啥|什么|甚)*(要求|想法|诉求|说的)": ""}
IN_DANGER: Mapping[str, bool] = {
    r"^(没|不是|不算|无|都没|倒没|不要紧|没事)": False,
    r"^(是|有|对|嗯|就是|真|快|着|冒|断|危险)": True,
}
REPORT_ANYWAY: Mapping[str, bool] = {
    r"^(那)?(就)?(不用|不必|算了|等等?吧|不登)": False,
    r"^(还|就)?(要|是)?(登记|报)(修|一下|上)?": True,
}
APPLY_NOW: Mapping[str, bool] = {
    r"^(先|暂时)?(不|别).{0,4}$|以后再|再说|就问|光问": False,
    r"^((那|行|好|嗯|可以|成|中)[，, ]*)*(那|就|先|现在|马上|给我|帮我|替我|你|您)*(登记|办|开|装|要|行|可以|成|中)(登记|办)?(上|了|吧|一下|哇|呗|嘛|下)*$": True,
}
ALL, NONE = "all", "none"
PAPERS: Mapping[str, str] = {r"都没|没准备|^没有$": NONE, r"都有|都在|齐|全有|都准备": ALL}

PERSON_TITLE, FIRM_TITLE = "个人", "企业"
TITLE_KIND: Mapping[str, str] = {
    r"公司|企业|单位|店|厂|专票|抬头": FIRM_TITLE,
    r"个人|自己|自家|户主|家里": PERSON_TITLE,
}
RESIDENTIAL, LOW_VOLTAGE, HIGH_VOLTAGE = "居民", "低压非居民", "高压"
SUPPLY_KIND: Mapping[str, str] = {
    r"高压|专变|变压器|10千伏|十千伏|双电源|大工厂": HIGH_VOLTAGE,
    r"开.{0,4}店|店[铺面]|商铺|门面|超市|饭[馆店]|工?厂|公司|企业|养殖|养[鸡猪羊牛]|大棚|加工|商用|动力电|三相|380": LOW_VOLTAGE,
    r"家里?[住用]|自家|住人|居民|住宅|新房|宅基地": RESIDENTIAL,
}
ROOF: Mapping[str, str] = {
    r"租": "租用的",
    r"集体|村|公家|单位|公司": "集体或单位的",
    r"自|我|家|祖": "自家的",
}
PARTY: Mapping[str, str] = {r"公司|企业|单位|合作社|厂": "单位", r"个人|自|我|家": "个人"}
PARKING: Mapping[str, str] = {
    r"没|公共|路边": "没有固定车位", r"租": "租用的固定车位", r"自|有|固定|产权|买|院": "自家固定车位",
}  # fmt: skip
REFUND: Mapping[str, str] = {
    r"原|退回|微信|支付宝": "退回缴费账户", r"银行|卡|存折": "退到户主银行卡", r"没有|不用|不退|欠": "没有余额要退",
}  # fmt: skip
CHANGE, RELEASE = "换手机号", "解绑"
PHONE_CHANGE: Mapping[str, str] = {r"换|改|新号|新的|变了": CHANGE, r"解|删|去掉|取消|不[租住]|卖了": RELEASE}

ERASE, COPY, STORED, NO_MACHINE, LEAK = "erase", "copy", "stored", "no_machine", "leak"
PRIVACY: Mapping[str, str] = {
    r"泄[露漏]|卖.{0,6}(信息|资料|号码)|外传|骚扰电话|怎么知道我.{0,4}(电话|号码|名字)": LEAK,
    r"不[想要让用愿].{0,6}(机器|自动|打标签)|拒绝.{0,4}自动|机器.{0,6}(不算|说了算)|人来?审|人工审": NO_MACHINE,
    r"删|清空|清除|抹掉|注销.{0,6}(信息|资料|记录)|全清": ERASE,
    r"副本|导出|拷贝|复制|给我一份|要一份|打一份": COPY,
    r"存了|保存了|都?有我?(啥|什么|哪些)|哪些.{0,6}(信息|资料)|知道我|掌握|记了我|查.{0,6}(信息|资料)": STORED,
}

_NO_NUMBER = re.compile(
    r"户号.{0,6}(不知道|不晓得|忘|记不|找不|没有|不清楚)|(没有|没|不知道|不晓得|忘了?|记不[得清住]|找不[见到着]).{0,3}户号"
)
OPERATIONS: Mapping[str, str] = {
    r"[交缴充]|付款|电费": "pay",
    r"报修|没电|停电|坏了": "report",
    r"绑|加.{0,3}户|户号": "bind",
}
_USED_FOR = re.compile(r"用的?[。，,！!]?$|用[，,]|不是.{0,4}(家|居民|店|厂|公司)|专变|双电源")
_NOT_THIS = re.compile(r"不是[^，,。]*[，,。]?")
_TITLE_TOLD = re.compile(
    r"(?:开|抬头|写).{0,4}(个人|自己|公司|企业|单位)|(?:^|[，,、。 ])(个人|公司|企业)(?:抬头|的)?(?=[，,、。 ]|$)"
)
_VISIT = re.compile(r"上门|来家里|到家里来|派.{0,3}人来家|出不了门|走不动")

_HOW = re.compile(
    r"怎么|咋|会不会|是不是|吗[?？]?$|能不能|可以不|行不|不[?？]$|要[什啥哪]|哪|谁|几个|多少|为啥|为什么|[?？]$"
)
_PAPERS_SAID = re.compile(r"有|没|差|缺|齐|带|备|全|证|本$|照|合同|资料")
_PERSON = re.compile(
    r"人工|真人|活人|坐席|客服|接线|话务|服务员|转接|转到?人|领导|个人(来|跟|和|说|接|听|讲)"
)
_BARE_WISH = re.compile(r"我|想|要|投诉|举报|表扬|建议|提|个|一下|你们|意见|的|有|给|们|，|。|！|\s")
_LACKING = re.compile(r"[缺差没未]")
_HAVING = re.compile(r"有|齐|带|备")
_THE_REST = re.compile(r"其[他它余]|[别旁]的|剩下|都有")
TOLD_ENOUGH = 3  # characters beside the bare wish: then the first sentence is the content


_PLACE_CORRECTED = re.compile(
    r"(?:不对|不是|错了|说错)[^是]{0,10}[，,、 ]?(?:应该)?是(\S{1,15}(?:[门口路街村社组队楼院巷桥站镇边]|小区|单元|号)[里边上头]?)$"
)
_WAIT = re.compile(
    r"^(好的?|嗯|那|你|您|先|，|,)*(稍等|等一?[下会等]|等等|等我|我(去|先|给你|给您)?(看看|瞧瞧|找找|找一下|看一下|拿一下|问问))"
)
_PUZZLED = re.compile(r"(啥|什么|甚|哪个)意思|[听看]不[懂明]|没[听看][懂清明]|不明白|没明白|不懂|说慢")
_WHY = re.compile(r"(为啥|为什么|凭啥|凭什么|干啥|干嘛|做甚).{0,4}(要|问|非|用)")
_ANGRY = re.compile(
    r"怎么回事|管不管|没人管|什么破|啥破|气死|急死|受够|几次了|几回了|第[三四五六七八九]次|又停电|又没电|老停|还没人来|没人来|没来人|还没来|又没"
    r"|坏了.{0,4}(谁|咋)|糊弄|推来推去|互相推|太过分|[😡😠🤬💢]"
)
_SURNAME = "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严魏姜谢邹苏潘范彭鲁马方任袁柳史唐薛雷贺罗郝毕安常于傅齐康余顾孟黄萧尹姚邵汪祁毛成戴宋庞熊纪项祝董梁杜阮蓝贾江童郭梅林徐邱高夏蔡田樊胡霍万柯卢莫房丁邓洪包石崔龚程邢裴陆荣翁段富侯宁刘景龙叶白邬闫阎云苗牛候武郁乔翟谭"
_TITLE = "师傅|大爷|大娘|大妈|大叔|大哥|大姐|大嫂|阿姨|先生|女士|老师|老板|经理|会计|大夫|[哥姐叔婶姨]"
_NAMED = re.compile(
    rf"^(?:叫|姓|我是)?((?:[{_SURNAME}][\u4e00-\u9fff]{{0,2}}?(?:{_TITLE}))|[小老][{_SURNAME}])(?:[呀啊哇吧]|就行)?$|"
    r"(?:我|免贵|本人|^|[，,、 ])(姓[\u4e00-\u9fff])(?![\u4e00-\u9fff])"
    r"|(?:我叫|叫我)([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
    rf"|^([{_SURNAME}][\u4e00-\u9fff]{{1,2}})[，,、 ]*(?:电话|手机|号码)?(?:号?是)?[，,、 ]*1\d{{10}}$"
    r"|(?<!\d)1\d{10}[，,、 ]*(?!我|叫|姓)([\u4e00-\u9fff]{2,4})$"
)
_PART_OF_PLACE = re.compile(
    r"^(?:在|是)?(?:[0-9一二三四五六七八九十]{1,4}(?:号楼|栋|单元|室|组|社|队|号)){1,3}$"
)


def neighbours_told(text: str) -> bool | None:
    """Whether the neighbours have power, where a sentence says so by itself (我家停电了，邻居家有电)."""
    return next((lit for words, lit in NEIGHBOURS_TOLD.items() if re.search(words, text)), None)


def breaker_told(text: str) -> bool | None:
    """Whether the own breaker has tripped, where a sentence says so by itself (没跳闸, 跳闸推不上去)."""
    return next((off for words, off in BREAKER_TOLD.items() if re.search(words, text)), None)


def name_told(text: str) -> str | None:
    """How a customer calls himself, alone (赵大爷, 小周) or in passing (电话13800000021，我姓周)."""
    found = _NAMED.search(text)
    return next((name for name in found.groups() if name), None) if found else None


def part_of_place(text: str) -> str | None:
    """A bare part of an address, to be added to the one known (1单元), else None."""
    return text if _PART_OF_PLACE.search(text) else None


def place_corrected(text: str) -> str | None:
    """The part of a place that a correction names (不对，是西门), else None."""
    found = _PLACE_CORRECTED.search(text)
    return found[1] if found else None


def turns_to_another(text: str) -> bool:
    """True for 那家里的呢, 井上那个: the same question about another account."""
    return bool(re.search(r"(呢|的|那个|那户)[?？。]?$", text))


def has_parts(text: str) -> bool:
    """True when a sentence has more than one part (金川小区，几点能来电)."""
    return bool(re.search(r"\S[，,。；;！!？? ]+\S", text))


def asks_to_wait(text: str) -> bool:
    """True for 等一下, 我去看看: nothing is asked and nothing is wrong."""
    return len(text) <= 12 and bool(_WAIT.search(text))


def puzzled(text: str) -> bool:
    """True for 啥意思, 听不懂: the question itself was not understood."""
    return len(text) <= 12 and bool(_PUZZLED.search(text))


def asks_why(text: str) -> bool:
    """True for 为啥非要户号: whoever asks why has not refused yet."""
    return bool(_WHY.search(text))


def asks_why_of_us(text: str) -> bool:
    """True when what is asked why is our own question (为啥非要户号), no rule of the trade (为啥要收违约金)."""
    return asks_why(text) and bool(
        re.search(r"户号|号码|电话|手机|姓名|名字|地址|住址|问(我|这)|这个$", text)
    )


def angry(text: str) -> bool:
    """True when the words show that patience is at its end."""
    return bool(_ANGRY.search(text))


def names_a_person(text: str) -> bool:
    """True when the words themselves ask for a person; a button's choice has no words and always does."""
    return not text or bool(_PERSON.search(text)) or marks.has("calls_person", text)


def asks_how(text: str) -> bool:
    """True for a question about how something is done (怎么绑定, 专票能开不), not a wish to have it done."""
    return bool(_HOW.search(text))


def among(choices: Mapping[str, str], text: str) -> str | None:
    """Which choice the words of a sentence mean; None when none."""
    return next((value for words, value in choices.items() if re.search(words, text)), None)


def supply_told(text: str) -> str | None:
    """What a new supply is for, where the words tell it (开店用, 厂里要双电源)."""
    return among(SUPPLY_KIND, text)


def supply_corrected(text: str) -> str | None:
    """The same in the middle of an application, where it must be said on purpose: a place may have 厂 in its name."""
    said = _NOT_THIS.sub("", text)
    return supply_told(said) if _USED_FOR.search(text) else None


def wants_visit(text: str) -> bool:
    """True for 能不能上门给老人办, 腿脚不好出不了门."""
    return bool(_VISIT.search(text))


def title_told(text: str) -> str | None:
    """Whom an invoice is for, where a sentence says so by itself (抬头开公司的)."""
    found = _TITLE_TOLD.search(text)
    return (
        None if found is None else PERSON_TITLE if (found[1] or found[2]) in ("个人", "自己") else FIRM_TITLE
    )


def has_no_number(text: str) -> bool:
    """True for 户号我不知道, 没有户号, 找不见户号: whoever says so is not asked for it."""
    return bool(_NO_NUMBER.search(text))


def content_of(text: str) -> str | None:
    """The first sentence when it already tells something, None when it is a bare wish (我要投诉)."""
    return text if len(_BARE_WISH.sub("", text)) >= TOLD_ENOUGH else None


def asks_for_papers(text: str) -> bool:
    """True for 要带啥, 都要哪些资料."""
    return bool(re.search(r"(带|准备|拿|要)(啥|什么|甚|哪些?)(资料|东西|证件|手续)?", text))


def papers_said(text: str) -> str | None:
    """An answer that speaks of papers, else None (夜里充电便宜不)."""
    return text.strip() if _PAPERS_SAID.search(text) and not re.search(r"[?？不吗]$", text.strip()) else None


def at_hand(answer: str | None, needed: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the needed documents the customer has: all, none, those named, or all but those named (缺…)."""
    if answer in (ALL, NONE, None):
        return needed if answer == ALL else ()
    have, lack = _named(answer, needed)
    rest = not have or bool(_THE_REST.search(answer))
    return tuple(d for d in needed if d in have or (rest and lack and d not in lack))


def _named(answer: str, needed: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """The documents named as had and as lacking; a part without a verb goes with the part before it."""
    have: set[str] = set()
    lack: set[str] = set()
    named = have
    for part in re.split(r"[，,。；;！ ]|但|就是", answer):
        if _LACKING.search(part):
            named = lack
        elif _HAVING.search(part):
            named = have
        named |= {d for d in needed if any(word in part for word in _short_names(d))}
    return have, lack


def _short_names(document: str) -> set[str]:
    """How people shorten a document's name: 车主身份证 → 身份证, 购车证明 → 购车."""
    tail = set() if document.endswith("证明") else {document[-3:]}
    return {document, document[:2]} | tail
