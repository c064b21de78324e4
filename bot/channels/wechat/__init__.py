"""The WeChat official account: verify, parse, take, answer in time, deliver the rest (docs/wechat.md)."""
