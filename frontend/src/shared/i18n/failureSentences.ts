/** The sentences of failures, made by `make types` from `app/domain/failure_sentences.py`. */
export const FAILURES = {
  "en": {
    "timeout": "The model took longer than {seconds} seconds (GREENWAY_ARTEFACT_TIMEOUT).",
    "unauthorised": "The model's provider refused the key; check the key and its permissions.",
    "quota": "The account with the model's provider has no credit left; top it up, then resume.",
    "model_not_found": {
      "other": "The provider does not know this model; check GREENWAY_MODEL.",
      "path": "The provider does not know this model; check GREENWAY_MODEL. It was asked at {address}; the addresses of such servers usually end in /v1 ({setting})."
    },
    "rate_limited": "The model's provider allows no more calls at the moment; try again in a few minutes.",
    "unavailable": {
      "other": "The model's provider is having problems; try again later.",
      "path": "The model's provider is having problems; try again later. It was asked at {address}; the addresses of such servers usually end in /v1 ({setting})."
    },
    "unreachable": {
      "other": "The model's provider could not be reached; check the network and the address.",
      "connection": "The model's server at {address} could not be reached ({reason}); check the network and {setting}.",
      "proxy": "The model's server at {address} could not be reached through the proxy {proxy} ({reason}); check {proxy_setting}.",
      "certificate": "The certificate of the model's server at {address} is not trusted ({reason}); set SSL_CERT_FILE to a file with its authority's certificate."
    },
    "rejected": {
      "other": "The provider refused the request; retrying will not help.",
      "path": "The provider refused the request; retrying will not help. It was asked at {address}; the addresses of such servers usually end in /v1 ({setting})."
    },
    "context_too_long": {
      "other": "The request is longer than the model can read; choose a model with a larger context.",
      "known": "The request is longer than the model can read ({context} tokens); choose a model with a larger context."
    },
    "too_long": "The model's answer is longer than {limit} bytes (GREENWAY_MAX_ANSWER_BYTES).",
    "too_large": {
      "other": "The content is too large to be saved (ARTEFACT_LIMITS).",
      "bytes": "The content is too large to be saved: it has {size} bytes; at most {limit} are allowed (MAX_ARTEFACT_BYTES).",
      "part": "The content cannot be saved: {part} is too large, or holds characters that cannot be stored (ARTEFACT_LIMITS)."
    },
    "truncated": "The model's answer was cut off at its length limit, twice.",
    "refused": "The model refused to write this.",
    "empty": {
      "other": "The model's answer was empty.",
      "path": "The model's answer was empty. It was asked at {address}; the addresses of such servers usually end in /v1 ({setting})."
    },
    "invalid_output": {
      "other": "The model's answer could not be used, and could not be repaired.",
      "path": "The model's answer could not be used, and could not be repaired. It was asked at {address}; the addresses of such servers usually end in /v1 ({setting})."
    },
    "wrong_language": "The model did not answer in the learner's language, twice.",
    "not_understood": {
      "other": "It is not clear what to change; please rephrase your request.",
      "hint": "It is not clear what to change; {hint}",
      "rule": "The outline cannot be changed like that: stages and modules may not be empty, and prerequisites come first."
    },
    "budget": {
      "other": "The task has reached its limit of ${limit} (GREENWAY_MAX_COST_USD); raise it, then resume.",
      "month": "This month's limit of ${limit} has been reached (GREENWAY_MAX_COST_USD_PER_MONTH); raise it, or resume next month."
    },
    "crashed": "The worker crashed {times} times in a row while writing this; find the cause, then retry.",
    "internal": "Something went wrong inside Greenway; please retry.",
    "requested": "Paused at your request; resume to continue."
  },
  "zh": {
    "timeout": "模型用时超过 {seconds} 秒（GREENWAY_ARTEFACT_TIMEOUT）。",
    "unauthorised": "模型服务商拒绝了密钥；请检查密钥及其权限。",
    "quota": "模型服务商账户的余额已用完；请充值后继续。",
    "model_not_found": {
      "other": "服务商没有这个模型；请检查 GREENWAY_MODEL。",
      "path": "服务商没有这个模型；请检查 GREENWAY_MODEL。请求的地址是 {address}；这类服务器的地址通常以 /v1 结尾（{setting}）。"
    },
    "rate_limited": "模型服务商暂时不接受更多请求；请过几分钟再试。",
    "unavailable": {
      "other": "模型服务商暂时出现故障；请稍后再试。",
      "path": "模型服务商暂时出现故障；请稍后再试。请求的地址是 {address}；这类服务器的地址通常以 /v1 结尾（{setting}）。"
    },
    "unreachable": {
      "other": "无法连接模型服务商；请检查网络和地址。",
      "connection": "无法连接模型服务器 {address}（{reason}）；请检查网络和 {setting}。",
      "proxy": "无法通过代理 {proxy} 连接模型服务器 {address}（{reason}）；请检查 {proxy_setting}。",
      "certificate": "模型服务器 {address} 的证书不受信任（{reason}）；请在 SSL_CERT_FILE 中指定其颁发机构的证书文件。"
    },
    "rejected": {
      "other": "服务商拒绝了这个请求；重试也无济于事。",
      "path": "服务商拒绝了这个请求；重试也无济于事。请求的地址是 {address}；这类服务器的地址通常以 /v1 结尾（{setting}）。"
    },
    "context_too_long": {
      "other": "请求超出了模型能读取的长度；请选择上下文更长的模型。",
      "known": "请求超出了模型能读取的长度（{context} 个词元）；请选择上下文更长的模型。"
    },
    "too_long": "模型的回答超过 {limit} 字节（GREENWAY_MAX_ANSWER_BYTES）。",
    "too_large": {
      "other": "所写内容过大，无法保存（ARTEFACT_LIMITS）。",
      "bytes": "所写内容过大，无法保存：共 {size} 字节，上限为 {limit} 字节（MAX_ARTEFACT_BYTES）。",
      "part": "所写内容无法保存：{part} 过大，或含有无法存储的字符（ARTEFACT_LIMITS）。"
    },
    "truncated": "模型的回答两次都因达到长度上限而被截断。",
    "refused": "模型拒绝撰写这一内容。",
    "empty": {
      "other": "模型的回答为空。",
      "path": "模型的回答为空。请求的地址是 {address}；这类服务器的地址通常以 /v1 结尾（{setting}）。"
    },
    "invalid_output": {
      "other": "模型的回答无法使用，也无法修复。",
      "path": "模型的回答无法使用，也无法修复。请求的地址是 {address}；这类服务器的地址通常以 /v1 结尾（{setting}）。"
    },
    "wrong_language": "模型两次都没有用学习者的语言回答。",
    "not_understood": {
      "other": "不清楚要修改什么；请换一种说法。",
      "hint": "不清楚要修改什么；{hint}",
      "rule": "无法这样修改大纲：阶段和模块不能为空，先修概念必须排在前面。"
    },
    "budget": {
      "other": "任务已达到 ${limit} 的费用上限（GREENWAY_MAX_COST_USD）；请提高上限后继续。",
      "month": "已达到本月 ${limit} 的费用上限（GREENWAY_MAX_COST_USD_PER_MONTH）；请提高上限，或下个月再继续。"
    },
    "crashed": "工作进程在撰写时连续崩溃 {times} 次；请查明原因后重试。",
    "internal": "Greenway 内部出错；请重试。",
    "requested": "已按你的要求暂停；可以继续。"
  }
} as const;
