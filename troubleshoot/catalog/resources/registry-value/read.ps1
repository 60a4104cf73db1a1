param([string] $Path, [string] $Name)

# The provider would take another key than the one that is shown.
foreach ($part in "$Path\$Name".Split('\')) {
    if ($part.Equals('') -or $part.Equals('.') -or $part.Equals('..') -or (-not $part.Trim().Equals($part))) {
        throw 'No part of a path or name is empty, one or two dots, or has blanks at its ends.'
    }
}
$state = @{ exists = $false; kind = $null; text = $null; number = $null; items = $null }
if (Test-Path -LiteralPath $Path) {
    $key = Get-Item -LiteralPath $Path -ErrorAction Stop
    # Read from the key itself: the provider would expand %variables%, and the old state could not be written back.
    $value = $key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames')
    if ($null -ne $value) {
        $kind = $key.GetValueKind($Name).ToString()
        $state['exists'] = $true
        $state['kind'] = $kind
        if ($kind -eq 'DWord') {
            # .NET gives it with a sign, the registry has none.
            if ($value -lt 0) {
                $value = $value + 4294967296
            }
            $state['number'] = $value
        } elseif ($kind -eq 'QWord') {
            $state['text'] = $value.ToString('X16')
        } elseif ($kind -eq 'Binary') {
            $state['text'] = @($value | ForEach-Object -Process { $_.ToString('X2') } -ErrorAction Stop) -join ''
        } elseif ($kind -eq 'MultiString') {
            $state['items'] = $value
        } elseif ($kind -in @('String', 'ExpandString')) {
            $state['text'] = $value
        }
    }
}
$state
