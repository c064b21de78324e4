"""All channels."""

from bot.channels.app import AppChannel
from bot.channels.console import ConsoleChannel
from bot.channels.outside.hooks import OutsideDesk
from bot.channels.voice import VoiceChannel
from bot.channels.web import WebChannel
from bot.channels.wechat.channel import WechatChannel
from bot.gateway.channel import Channel

CHANNELS: tuple[type[Channel], ...] = (
    WebChannel,
    ConsoleChannel,
    AppChannel,
    VoiceChannel,
    WechatChannel,
    OutsideDesk,
)
