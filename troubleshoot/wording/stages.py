"""The stages of a connection test, as the questions that they answer, and what to do when one is not passed."""

from typing import Final

from django.utils.translation import gettext_lazy

#: The stages in the order of the way, each as the question that it answers.
STAGES: Final = {
    "name": gettext_lazy("Is its name known?"),
    "tcp": gettext_lazy("Does WinRM answer?"),
    "tls": gettext_lazy("Is the connection secured?"),
    "clock": gettext_lazy("Are the clocks close enough?"),
    "sign-in": gettext_lazy("Is the account accepted?"),
    "rights": gettext_lazy("May the account open a shell?"),
    "shell": gettext_lazy("Does a shell open?"),
    "powershell": gettext_lazy("Is Windows PowerShell 5.1 there?"),
    "language": gettext_lazy("Does PowerShell run scripts in full?"),
    "readings": gettext_lazy("Can Windows be read?"),
}
#: What to do when a stage is not passed. What only the visit knows stands in the detail.
CURES: Final = {
    "name": gettext_lazy("Correct the address of the registration, or the DNS that the worker asks."),
    "tcp": gettext_lazy(
        "On the computer, as administrator: winrm quickconfig -transport:https. "
        "In its firewall and on the way, allow this worker to reach the WinRM port."
    ),
    "tls": gettext_lazy(
        "Give WinRM a certificate with the registered name. If your own authority signed it, name the authority's "
        "file in the registration, as the worker sees it."
    ),
    "clock": gettext_lazy(
        "On the computer, as administrator: w32tm /resync. On the worker's machine, check its clock."
    ),
    "sign-in": gettext_lazy(
        "Check the account of the registration and the secret that its reference names in the worker's surroundings. "
        "Do not repeat the test many times: Windows may lock the account."
    ),
    "rights": gettext_lazy("Put the account into the local group Administrators of that computer."),
    "shell": gettext_lazy("Look at the computer's WinRM event log and limits: winrm get winrm/config/winrs."),
    "powershell": gettext_lazy("Install Windows Management Framework 5.1, or look why powershell.exe does not start."),
    "language": gettext_lazy(
        "Ask whoever manages the application control policy (AppLocker, WDAC) to allow Mendpoint's scripts."
    ),
    "readings": gettext_lazy("Start the service Winmgmt; look at the antimalware program's log on that computer."),
}
