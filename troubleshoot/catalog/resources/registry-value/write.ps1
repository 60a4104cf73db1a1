param([string] $Path, [string] $Name, [hashtable] $Desired, [hashtable] $Before)

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
    } elseif ($kind -eq 'QWord') {
        $value = [long] "0x$value"
    } elseif ($kind -eq 'Binary') {
        $digits = $value
        $value = [byte[]] @(for ($i = 0; $i -lt $digits.Length; $i = $i + 2) {
            $pair = $digits.Substring($i, 2)
            [byte] "0x$pair"
        })
    }
    if (-not (Test-Path -LiteralPath $Path)) {
        $null = New-Item -Path $Path -Force -ErrorAction Stop
    }
    $null = New-ItemProperty -LiteralPath $Path -Name $Name -PropertyType $kind -Value $value -Force -ErrorAction Stop
}
