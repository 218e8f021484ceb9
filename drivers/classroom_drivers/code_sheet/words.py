"""What is said of each mistake in a code sheet, and of what helps: Chinese and English."""

from collections.abc import Mapping
from types import MappingProxyType

# message, remedy
_ALL: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "no-file": (
        ("读不到文件：{why}。", "检查路径和权限。"),
        ("The file cannot be read: {why}.", "Check the path, and who may read it."),
    ),
    "too-big": (
        ("文件超过 {most} KiB。", "一份代码表只描述一种设备，请拆分。"),
        ("The file has more than {most} KiB.", "A sheet describes one device: split it."),
    ),
    "not-toml": (
        ("不是有效的 TOML（第 {where} 行）：{why}。", "请检查引号、括号和等号。"),
        ("This is no TOML (line {where}): {why}.", "Check quotes, brackets and equal signs."),
    ),
    "unknown-key": (
        ("不认识“{name}”。", "是不是想写：{near}？"),
        ("Nothing is called {name!r} here.", "Did you mean {near}?"),
    ),
    "unknown-choice": (
        ("不认识“{name}”。", "可以写：{near}。"),
        ("{name!r} is none of what there is.", "There are: {near}."),
    ),
    "not-text": (
        ("这里要写文字，最多 {most} 个字符。", "请加引号。"),
        ("This must be a text of at most {most} characters.", "Put it in quotes."),
    ),
    "not-texts": (
        ("这里要写文字，或文字列表。", '例如 ["on", "off"]。'),
        ("This must be a text, or a list of texts.", 'For example ["on", "off"].'),
    ),
    "not-number": (
        ("这里要写 {least} 到 {most} 之间的数。", "不要加引号。"),
        ("This must be a number from {least} to {most}.", "Write it without quotes."),
    ),
    "not-whole": (
        ("这里要写 {least} 到 {most} 之间的整数。", "十六进制写成 0x1F。"),
        ("This must be a whole number from {least} to {most}.", "Hexadecimal is 0x1F."),
    ),
    "not-flag": (
        ("这里只能写 true 或 false。", "不要加引号。"),
        ("This must be true or false.", "Write it without quotes."),
    ),
    "not-table": (
        ("这里要写一个表。", "例如 {{ on = 1, off = 0 }}。"),
        ("This must be a table.", "For example {{ on = 1, off = 0 }}."),
    ),
    "not-words": (
        ("每个值要写成整数、文字或它们的列表。", "例如 on = 1 或 on = [1, 3]。"),
        ("Each value is a number, a text or a list of them.", "Such as on = 1 or on = [1, 3]."),
    ),
    "not-frame": (
        ("这里要写一个帧。", '例如 "AA BB CC {{value}}"。'),
        ("This must be a frame.", 'For example "AA BB CC {{value}}".'),
    ),
    "not-hex": (
        ("“{text}”不是十六进制。", "每个字节写两位，用空格隔开；文字用单引号。"),
        ("{text!r} is not hex.", "Two digits for each byte; text goes in single quotes."),
    ),
    "not-literal": (
        ("这里只能写固定的字节。", "去掉占位符。"),
        ("Only fixed bytes can stand here.", "Leave out placeholders."),
    ),
    "loose-brace": (
        ("“{text}”里的括号没有配对。", "尖括号写成 <3C>，花括号写成 <7B>。"),
        ("A bracket at {text!r} has no partner.", "A bare one is <3C>, or <7B> for a brace."),
    ),
    "unknown-control": (
        ("没有控制符 {name}。", "可用 <CR>、<LF>、<STX>、<ETX> 等，或十六进制 <0D>。"),
        ("No byte is called {name}.", "There are <CR>, <LF>, <STX>, <ETX> ..., or hex: <0D>."),
    ),
    "bad-placeholder": (
        ("看不懂占位符 {text}。", "写法如 {{value}}、{{value:02X}}、{{id+64:u8}}。"),
        ("The placeholder {text} is not clear.", "Such as {{value}}, {{value:02X}}, {{id+64:u8}}."),
    ),
    "unknown-format": (
        ("没有格式“{format}”。", "可用 u8、u16le、u16be、u32le、03d、d、02X、X、s。"),
        ("There is no format {format!r}.", "There are u8, u16le, u16be, u32le, 03d, d, 02X, X, s."),
    ),
    "unknown-placeholder": (
        ("不认识占位符 {{{name}}}。", "这里可用：{near}。"),
        ("Nothing is called {{{name}}} here.", "There are: {near}."),
    ),
    "unknown-checksum": (
        ("没有校验规则“{name}”。", "可用：{near}。"),
        ("There is no checksum {name!r}.", "There are: {near}."),
    ),
    "loose-checksum": (
        ("校验 {name} 没有固定的长度。", "写明格式，例如 {{{name}:u8}} 或 {{{name}:02X}}。"),
        ("The checksum {name} has no fixed size.", "Say how: {{{name}:u8}} or {{{name}:02X}}."),
    ),
    "idle-checksum": (
        ("校验 {name} 没有用在任何帧里。", "在 frame 里写上 {{{name}}}。"),
        ("The checksum {name} is in no frame.", "Put {{{name}}} into frame."),
    ),
    "no-body": (
        ("frame 里没有 {{body}}。", "在命令内容的位置写上 {{body}}。"),
        ("The frame has no {{body}}.", "Write {{body}} where the command itself goes."),
    ),
    "run-together": (
        ("两个长度不定的部分紧挨着，分不开。", "给其中一个固定长度，例如 {{value:03d}}。"),
        ("Two parts of no fixed length cannot be told apart.", "Give one a size: {{value:03d}}."),
    ),
    "too-loose": (
        ("长度不定的部分超过 {most} 个。", "给它们固定长度。"),
        ("More than {most} parts have no fixed length.", "Give them a size."),
    ),
    "too-long": (
        ("太长（最多 {most}）。", "请缩短。"),
        ("This is too long; {most} is the most.", "Make it shorter."),
    ),
    "no-cut": (
        ("没有说明帧从哪里开始、到哪里结束。", '例如 cut = {{ head = "AA BB CC", length = 10 }}。'),
        (
            "Nothing says where a frame begins and ends.",
            'For example cut = {{ head = "AA BB CC", length = 10 }}.',
        ),
    ),
    "cut-ways": (
        ("帧的结尾要用 length、ends、count 之一说明。", "请只写其中一个。"),
        ("A frame's end is told by length, ends or count.", "Give one of them."),
    ),
    "cut-without-head": (
        ("没有 head，受干扰后就找不到帧头。", "写上帧头的固定字节，或用 ends。"),
        ("Without a head it does not find its way back after noise.", "Give head, or ends."),
    ),
    "badly-cut": (
        ("按 cut 的规则，这个帧切不出来：{data}。", "检查 cut 的 head、length、ends、count。"),
        ("The cut rules do not cut this frame out: {data}.", "Check head, length, ends and count."),
    ),
    "bad-name": (
        ("“{name}”不能作名字。", "用小写字母、数字和下划线；不要用 value、channel、body。"),
        ("{name!r} cannot be a name.", "Small letters, digits, _; not value, channel or body."),
    ),
    "no-default": (
        ("选项没有 default。", "例如 {{ default = 1, from = 1, to = 254 }}。"),
        ("The option has no default.", "For example {{ default = 1, from = 1, to = 254 }}."),
    ),
    "idle-option": (
        ("选项 {name} 没有用在任何帧里。", "在帧里写上 {{{name}}}，或删去。"),
        ("The option {name} is in no frame.", "Put {{{name}}} into a frame, or leave it out."),
    ),
    "no-controls": (
        ("没有描述任何功能。", "至少写一个，例如 [power]。"),
        ("It describes nothing that the device can do.", "Give at least one: [power]."),
    ),
    "empty-control": (
        ("这里既没有命令，也没有查询。", "写上 set 或 ask。"),
        ("There is neither a command nor a question here.", "Give set or ask."),
    ),
    "no-value": (
        ("帧里没有 {{value}}。", "在数值的位置写上 {{value}}，或为每个名称各写一帧。"),
        ("The frame has no {{value}}.", "Put {{value}} in it, or give one frame for each name."),
    ),
    "no-values": (
        ("没有 values，不知道能写什么。", "例如 values = {{ hdmi-1 = 0x06 }}。"),
        ("Without values nothing is known to send.", "Such as values = {{ hdmi-1 = 0x06 }}."),
    ),
    "same-word": (
        ("“{name}”和“{other}”都是 {word}。", "两个名称不能用同一个值。"),
        ("{name!r} and {other!r} are both {word}.", "One word cannot mean two things."),
    ),
    "misfit": (
        ("{word} 写不进 {format}。", "改用能放下它的格式，或改正数值。"),
        ("{word} cannot be written as {format}.", "Use a format that holds it, or mend the value."),
    ),
    "bad-range": (
        ("range 要写成 [最小, 最大]，两个不同的整数。", "例如 range = [0, 60]。"),
        ("The range is two different whole numbers.", "For example range = [0, 60]."),
    ),
    "answer-without-ask": (
        ("有 answer，却没有查询会得到它。", "写上 ask；设备主动发的写成 pushed。"),
        ("No question can produce this answer.", "Give ask; what comes unasked is pushed."),
    ),
    "ask-without-answer": (
        ("有 ask，却不知道回答是什么样。", "写上 answer。"),
        ("The question has no answer.", "Give answer."),
    ),
    "blind-toggle": (
        (
            "toggle 只能翻转，又查询不到状态，就不知道结果。",
            "写上 ask 和 answer，或改放到 [keys]。",
        ),
        (
            "A toggle without a question leaves the state unknown.",
            "Give ask and answer, or put it under [keys].",
        ),
    ),
    "same-frame": (
        ("与“{other}”发的帧完全相同：{data}。", "检查是否抄错。"),
        ("This is the same frame as {other}: {data}.", "One of them is a slip of the pen."),
    ),
    "ambiguous-reply": (
        ("回答 {data} 也符合“{other}”。", "把两个规则写得更具体。"),
        ("The reply {data} fits {other} too.", "Make one of the patterns say more."),
    ),
    "unread-reply": (
        ("设备回答 {data} 时，answer 读不出“{name}”。", "检查 answer 和 values。"),
        ("When the device says {data}, it is not read as {name}.", "Check answer and values."),
    ),
    "unknown-example": (
        ("不知道“{what}”是哪个命令。", "写成“power on”“volume 30”“power?”。可用：{near}。"),
        ("No command is called {what!r}.", "Such as power on, volume 30, power?: {near}."),
    ),
    "wrong-example": (
        ("按本表发出的是 {ours}，与手册的例子不同。", "对照手册检查帧和值。"),
        ("By this sheet we send {ours}.", "Compare the frame and the values with the manual."),
    ),
    "wrong-checksum": (
        ("只有校验不同：按规则 {rule} 得到 {ours}。", "检查 rule、over、skip、plus。"),
        ("Only the checksum differs: by {rule} it is {ours}.", "Check rule, over, skip and plus."),
    ),
    "wrong-reply": (
        ("读不懂手册里的这个回答。", "检查 answer、accepted 和 cut。"),
        ("This reply of the manual is not understood.", "Check answer, accepted and cut."),
    ),
    "bare-quirk": (
        ("[[quirk]] 要有 model、why 和 source。", "写明型号、差别和出处。"),
        ("A quirk has a model, a why and a source.", "Say which, what differs and who says so."),
    ),
    # advice: it works, but could be better
    "no-source": (
        ("没有写出处。", '例如 sources = ["LG 55XS2B manual, p. 40"]。'),
        ("It does not say where it comes from.", 'Such as sources = ["LG 55XS2B manual, p. 40"].'),
    ),
    "no-feedback": (
        ("不能查询，设成什么只能假定。", "手册若有查询命令，请写成 ask 和 answer。"),
        ("It cannot be asked: what was set is assumed.", "Give ask and answer if the manual does."),
    ),
    "slow-loss": (
        ("设备失联要 {seconds} 秒才能发现，多于 10 秒。", "减小 poll-s、reply-s 或 resend。"),
        ("Its loss is seen after {seconds} s; 10 is the most.", "Lower poll-s, reply-s or resend."),
    ),
    "no-question": (
        ("没有查询，设备掉线和状态变化都无法得知。", "手册若有查询命令，请写成 ask 和 answer。"),
        ("It has no question: its loss cannot be seen.", "Give ask and answer if the manual does."),
    ),
    "no-examples": (
        ("没有例子可核对：{what}。", "从手册抄几个完整的帧到 [examples]。"),
        ("Nothing proves these: {what}.", "Copy whole frames of the manual to [examples]."),
    ),
}
WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {key: {"zh-CN": chinese, "en": english} for key, (chinese, english) in _ALL.items()}
)
ADVICE = frozenset(
    {
        "no-source",
        "no-feedback",
        "slow-loss",
        "no-question",
        "no-examples",
        "idle-option",
        "idle-checksum",
    }
)
