param()

# Written by Windows' own setup, and the same in every language. A value that is not there is null.
$key = Get-Item -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' -ErrorAction Stop
@{
    build    = $key.GetValue('CurrentBuildNumber', $null, 'DoNotExpandEnvironmentNames')
    revision = $key.GetValue('UBR', $null, 'DoNotExpandEnvironmentNames')
    edition  = $key.GetValue('InstallationType', $null, 'DoNotExpandEnvironmentNames')
}
