"""The quotas and time-outs of the simulated WinRM service; the defaults are those of Windows Server 2012 and later."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Quotas and time-outs, named in the comments as ``winrm get winrm/config`` shows them; times in seconds."""

    shells_per_user: int = 30  # MaxShellsPerUser
    operations_per_user: int = 1500  # MaxConcurrentOperationsPerUser
    connections: int = 300  # MaxConnections
    envelope_bytes: int = 500 * 1024  # MaxEnvelopeSizekb
    operation_seconds: float = 60.0  # MaxTimeoutms: a longer OperationTimeout is cut to this
    request_seconds: float = 120.0  # MaxPacketRetrievalTimeSeconds: time for one whole request to arrive
    connection_idle_seconds: float = 120.0  # HTTP.sys closes a connection that stays silent this long
    shell_idle_seconds: float = 7200.0  # IdleTimeOut of a shell
