param([string] $Path, [string] $Name, [hashtable] $Desired, [hashtable] $Before)

# Else the provider would take another key than the one that is shown.
foreach ($part in "$Path\$Name".Split('\')) {
    if ($part.Equals('') -or $part.Equals('.') -or $part.Equals('..') -or (-not $part.Trim().Equals($part))) {
        throw 'No part of a path or name is empty, one or two dots, or has blanks at its ends.'
    }
}
$exists = $true
if ($Desired.ContainsKey('exists')) {
    $exists = $Desired['exists']
}
if (-not $exists) {
    Remove-ItemProperty -LiteralPath $Path -Name $Name -ErrorAction Stop
} else {
    $kind = $Before['kind']
    if ($Desired.ContainsKey('kind')) {
        $kind = $Desired['kind']
    }
    $field = 'text'
    if ($kind -eq 'DWord') {
        $field = 'number'
    } elseif ($kind -eq 'MultiString') {
        $field = 'items'
    } elseif (-not ($kind -in @('String', 'ExpandString', 'QWord', 'Binary'))) {
        throw 'A value is written as String, ExpandString, MultiString, DWord, QWord or Binary.'
    }
    $value = $Before[$field]
    if ($Desired.ContainsKey($field)) {
        $value = $Desired[$field]
    }
    if ($null -eq $value) {
        throw "A value of this kind needs the field '$field'."
    }
    if ($kind -eq 'DWord') {
        $value = [uint32] $value
    } elseif ($kind -in @('QWord', 'Binary')) {
        $digits = $value
        for ($i = 0; $i -lt $digits.Length; $i = $i + 1) {
            if (-not '0123456789ABCDEF'.Contains($digits.Substring($i, 1))) {
                throw 'QWord and Binary are written in hexadecimal digits, capital letters.'
            }
        }
        $value = @(for ($i = 1; $i -lt $digits.Length; $i = $i + 2) {
            $pair = $digits.Substring($i - 1, 2)
            [byte] "0x$pair"
        })
        if (($value.Count + $value.Count) -ne $digits.Length -or ($kind -eq 'QWord' -and $value.Count -ne 8)) {
            throw 'QWord is written in 16 digits, Binary in two for each byte.'
        }
        $value = [byte[]] $value
        if ($kind -eq 'QWord') {
            $value = [long] "0x$digits"
        }
    }
    if (-not (Test-Path -LiteralPath $Path)) {
        $null = New-Item -Path $Path -Force -ErrorAction Stop
    }
    $null = New-ItemProperty -LiteralPath $Path -Name $Name -PropertyType $kind -Value $value -Force -ErrorAction Stop
}
