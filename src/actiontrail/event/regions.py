"""The regions of the cloud, by id, with their names in English and in Chinese. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Region(NamedTuple):
    """A region as it is called in English and in Chinese."""

    english: str
    chinese: str


REGIONS: Mapping[str, Region] = {
    "ap-northeast-1": Region("Japan (Tokyo)", "日本（东京）"),
    "ap-northeast-2": Region("South Korea (Seoul)", "韩国（首尔）"),
    "ap-southeast-1": Region("Singapore", "新加坡"),
    "ap-southeast-3": Region("Malaysia (Kuala Lumpur)", "马来西亚（吉隆坡）"),
    "ap-southeast-5": Region("Indonesia (Jakarta)", "印度尼西亚（雅加达）"),
    "ap-southeast-6": Region("Philippines (Manila)", "菲律宾（马尼拉）"),
    "ap-southeast-7": Region("Thailand (Bangkok)", "泰国（曼谷）"),
    "ap-southeast-8": Region("Malaysia (Johor)", "马来西亚（柔佛）"),
    "cn-beijing": Region("China (Beijing)", "华北2（北京）"),
    "cn-chengdu": Region("China (Chengdu)", "西南1（成都）"),
    "cn-guangzhou": Region("China (Guangzhou)", "华南3（广州）"),
    "cn-hangzhou": Region("China (Hangzhou)", "华东1（杭州）"),
    "cn-heyuan": Region("China (Heyuan)", "华南2（河源）"),
    "cn-hongkong": Region("China (Hong Kong)", "中国香港"),
    "cn-huhehaote": Region("China (Hohhot)", "华北5（呼和浩特）"),
    "cn-nanjing": Region("China (Nanjing)", "华东5（南京）"),
    "cn-north-2-gov-1": Region("China North 2 Ali Gov 1", "华北2 阿里政务云1"),
    "cn-qingdao": Region("China (Qingdao)", "华北1（青岛）"),
    "cn-shanghai": Region("China (Shanghai)", "华东2（上海）"),
    "cn-shanghai-finance-1": Region("China East 2 Finance", "华东2 金融云"),
    "cn-shenzhen": Region("China (Shenzhen)", "华南1（深圳）"),
    "cn-wulanchabu": Region("China (Ulanqab)", "华北6（乌兰察布）"),
    "cn-zhangjiakou": Region("China (Zhangjiakou)", "华北3（张家口）"),
    "cn-zhongwei": Region("China (Zhongwei)", "西北2（中卫）"),
    "eu-central-1": Region("Germany (Frankfurt)", "德国（法兰克福）"),
    "eu-west-1": Region("UK (London)", "英国（伦敦）"),
    "eu-west-2": Region("France (Paris)", "法国（巴黎）"),
    "me-central-1": Region("SAU (Riyadh)", "沙特（利雅得）"),
    "me-east-1": Region("UAE (Dubai)", "阿联酋（迪拜）"),
    "na-south-1": Region("Mexico", "墨西哥"),
    "us-east-1": Region("US (Virginia)", "美国（弗吉尼亚）"),
    "us-southeast-1": Region("US (Atlanta)", "美国（亚特兰大）"),
    "us-west-1": Region("US (Silicon Valley)", "美国（硅谷）"),
}
