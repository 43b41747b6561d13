"""Why an author did not deliver: a closed list of codes, each with a plain sentence in English and Chinese."""

from enum import StrEnum
from string import Template

from app.domain.base import FrozenModel


class FailureCode(StrEnum):
    """Clients may rely on this list."""

    TIMEOUT = "timeout"
    UNAUTHORISED = "unauthorised"
    QUOTA = "quota"
    MODEL_NOT_FOUND = "model_not_found"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    CONTEXT_TOO_LONG = "context_too_long"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    EMPTY = "empty"
    INVALID_OUTPUT = "invalid_output"
    WRONG_LANGUAGE = "wrong_language"
    NOT_UNDERSTOOD = "not_understood"
    BUDGET = "budget"
    CRASHED = "crashed"
    INTERNAL = "internal"

    @property
    def retryable(self) -> bool:
        """Whether the same call may well succeed when it is made again."""
        return self in _RETRYABLE

    @property
    def stops_the_run(self) -> bool:
        """Every further call would fail too: the circuit breaker counts these."""
        return self in {FailureCode.UNAUTHORISED, FailureCode.QUOTA, FailureCode.MODEL_NOT_FOUND}


_RETRYABLE = frozenset(
    {
        FailureCode.TIMEOUT,
        FailureCode.RATE_LIMITED,
        FailureCode.UNAVAILABLE,
        FailureCode.UNREACHABLE,
        FailureCode.TOO_LONG,
        FailureCode.TOO_LARGE,
        FailureCode.TRUNCATED,
        FailureCode.EMPTY,
        FailureCode.INVALID_OUTPUT,
        FailureCode.WRONG_LANGUAGE,
    }
)


class Failure(FrozenModel):
    """A value, not an exception: `message` is a plain sentence for the learner."""

    code: FailureCode
    message: str

    @property
    def retryable(self) -> bool:
        return self.code.retryable


_ENGLISH = {
    FailureCode.TIMEOUT: "The model took longer than $seconds seconds (GREENWAY_ARTEFACT_TIMEOUT).",
    FailureCode.UNAUTHORISED: "The model's provider refused the key; check the key and its permissions.",
    FailureCode.QUOTA: "The account with the model's provider has no credit left; top it up, then resume.",
    FailureCode.MODEL_NOT_FOUND: "The provider does not know this model; check GREENWAY_MODEL.",
    FailureCode.RATE_LIMITED: "The model's provider allows no more calls at the moment; try again in a few minutes.",
    FailureCode.UNAVAILABLE: "The model's provider is having problems; try again later.",
    FailureCode.UNREACHABLE: "The model's provider could not be reached; check the network and the address.",
    FailureCode.REJECTED: "The provider refused the request; retrying will not help.",
    FailureCode.CONTEXT_TOO_LONG: (
        "The request is longer than the model can read$context; choose a model with a larger context."
    ),
    FailureCode.TOO_LONG: "The model's answer is longer than $limit bytes (GREENWAY_MAX_ANSWER_BYTES).",
    FailureCode.TOO_LARGE: "The content is too large to be saved: $limit.",
    FailureCode.TRUNCATED: "The model's answer was cut off at its length limit, twice.",
    FailureCode.REFUSED: "The model refused to write this.",
    FailureCode.EMPTY: "The model's answer was empty.",
    FailureCode.INVALID_OUTPUT: "The model's answer could not be used, and could not be repaired.",
    FailureCode.WRONG_LANGUAGE: "The model did not answer in the learner's language, twice.",
    FailureCode.NOT_UNDERSTOOD: "It is not clear what to change; $hint",
    FailureCode.BUDGET: "The task has reached its limit of $$${limit} (GREENWAY_MAX_COST_USD); raise it, then resume.",
    FailureCode.CRASHED: "The worker crashed $times times in a row while writing this; find the cause, then retry.",
    FailureCode.INTERNAL: "Something went wrong inside Greenway; please retry.",
}

_CHINESE = {
    FailureCode.TIMEOUT: "模型用时超过 $seconds 秒（GREENWAY_ARTEFACT_TIMEOUT）。",
    FailureCode.UNAUTHORISED: "模型服务商拒绝了密钥；请检查密钥及其权限。",
    FailureCode.QUOTA: "模型服务商账户的余额已用完；请充值后继续。",
    FailureCode.MODEL_NOT_FOUND: "服务商没有这个模型；请检查 GREENWAY_MODEL。",
    FailureCode.RATE_LIMITED: "模型服务商暂时不接受更多请求；请过几分钟再试。",
    FailureCode.UNAVAILABLE: "模型服务商暂时出现故障；请稍后再试。",
    FailureCode.UNREACHABLE: "无法连接模型服务商；请检查网络和地址。",
    FailureCode.REJECTED: "服务商拒绝了这个请求；重试也无济于事。",
    FailureCode.CONTEXT_TOO_LONG: "请求超出了模型能读取的长度$context；请选择上下文更长的模型。",
    FailureCode.TOO_LONG: "模型的回答超过 $limit 字节（GREENWAY_MAX_ANSWER_BYTES）。",
    FailureCode.TOO_LARGE: "所写内容过大，无法保存：$limit。",
    FailureCode.TRUNCATED: "模型的回答两次都因达到长度上限而被截断。",
    FailureCode.REFUSED: "模型拒绝撰写这一内容。",
    FailureCode.EMPTY: "模型的回答为空。",
    FailureCode.INVALID_OUTPUT: "模型的回答无法使用，也无法修复。",
    FailureCode.WRONG_LANGUAGE: "模型两次都没有用学习者的语言回答。",
    FailureCode.NOT_UNDERSTOOD: "不清楚要修改什么；$hint",
    FailureCode.BUDGET: "任务已达到 $$${limit} 的费用上限（GREENWAY_MAX_COST_USD）；请提高上限后继续。",
    FailureCode.CRASHED: "工作进程在撰写时连续崩溃 $times 次；请查明原因后重试。",
    FailureCode.INTERNAL: "Greenway 内部出错；请重试。",
}


def failure(code: FailureCode, language: str, **details: str) -> Failure:
    """A failure with its sentence, in Chinese for Chinese learners and in English for all others.

    Args:
        language: a BCP 47 tag.
        details: what the sentence names: `seconds` of a timeout, `limit` of a budget, of an answer or of what was
            written, `times` that workers ended, `hint` at what is understood, `context` that the model has, in tokens.
    """
    is_chinese = _is_chinese(language)
    if code == FailureCode.CONTEXT_TOO_LONG:
        tokens = details.get("context", "")
        details["context"] = (f"（{tokens} 个词元）" if is_chinese else f" ({tokens} tokens)") if tokens else ""
    sentences = _CHINESE if is_chinese else _ENGLISH
    return Failure(code=code, message=Template(sentences[code]).substitute(details))


def paused_at_request(language: str) -> str:
    """What a learner is told who has paused."""
    return "已按你的要求暂停；可以继续。" if _is_chinese(language) else "Paused at your request; resume to continue."


def _is_chinese(language: str) -> bool:
    return language.lower().split("-")[0] == "zh"
