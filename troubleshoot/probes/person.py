"""What the person's own PC told: facts that follow from the block that its command printed and the person pasted.

It is word of mouth: nothing here was measured by the portal, and a block can be written by hand.
"""

from collections.abc import Mapping

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.probes import network

NOT_TOLD = "not_told"
"""A block was pasted, and it does not say this. Without a block a fact is `unknown`."""

FACTS: Mapping[str, tuple[str, ...]] = {
    "pc.stage": (*network.FACTS["rdp.stage"], NOT_TOLD),
    "pc.name": ("resolves", "not_found", NOT_TOLD, UNKNOWN),
    "pc.same_address": ("same", "differs", NOT_TOLD, UNKNOWN),
    "pc.udp": ("on", "off", NOT_TOLD, UNKNOWN),
    "pc.gateway": ("none", "used", NOT_TOLD, UNKNOWN),
    "pc.log": ("none", "udp_used", "disconnect_904", "other", NOT_TOLD, UNKNOWN),
}
