param([string[]] $Paths, [string[]] $Names)

# One line for each value, in the order in which they were asked for.
$found = @(for ($i = 0; $i -lt $Paths.Count; $i = $i + 1) {
    $path = $Paths[$i]
    $name = $Names[$i]
    # The provider would take another key than the one that is shown.
    foreach ($part in "$path\$name".Split('\')) {
        if ($part.Equals('') -or $part.Equals('.') -or $part.Equals('..') -or (-not $part.Trim().Equals($part))) {
            throw 'No part of a path or name is empty, one or two dots, or has blanks at its ends.'
        }
    }
    $said = 'absent'
    if (Test-Path -LiteralPath $path) {
        $key = Get-Item -LiteralPath $path -ErrorAction Stop
        # Read from the key itself: the provider would expand %variables%.
        $value = $key.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
        if ($null -ne $value) {
            $kind = $key.GetValueKind($name).ToString()
            $said = "$kind"
            if ($kind -eq 'DWord') {
                # .NET gives it with a sign, the registry has none.
                if ($value -lt 0) {
                    $value = $value + 4294967296
                }
                $said = "DWord $value"
            } elseif ($kind -eq 'Binary') {
                $said = 'Binary ' + (@($value | ForEach-Object -Process { $_.ToString('X2') } -ErrorAction Stop) -join '')
            } elseif ($kind -eq 'MultiString') {
                $said = 'MultiString ' + ($value -join ',')
            } elseif ($kind -in @('String', 'ExpandString')) {
                $said = "$kind $value"
            }
        }
    }
    "$path\$name = $said"
})
@{ found = $found }
