# What all stand-ins share: each hands its bound arguments to the lab's model of a host, and puts out what that answers.
Set-StrictMode -Version 3.0

# One connection for the whole process, also for sessions that are opened in it.
function Get-Channel {
    $channel = [System.AppDomain]::CurrentDomain.GetData('lab')
    if ($null -eq $channel) {
        $socket = [System.Net.Sockets.Socket]::new([System.Net.Sockets.AddressFamily]::Unix, [System.Net.Sockets.SocketType]::Stream,
            [System.Net.Sockets.ProtocolType]::Unspecified)
        $socket.Connect([System.Net.Sockets.UnixDomainSocketEndPoint]::new($env:MENDPOINT_LAB))
        $stream = [System.Net.Sockets.NetworkStream]::new($socket, $true)
        $channel = @{ reader = [System.IO.StreamReader]::new($stream); writer = [System.IO.StreamWriter]::new($stream) }
        [System.AppDomain]::CurrentDomain.SetData('lab', $channel)
    }
    $channel
}

# The parameters' own types, where .NET on this platform has none.
enum Enabled { True = 1; False = 2 }
[Flags()] enum Profile { Any = 0; Domain = 1; Private = 2; Public = 4 }
enum EventLogEntryType { Error = 1; Warning = 2; Information = 4; SuccessAudit = 8; FailureAudit = 16 }
enum ServiceStartMode { Boot; System; Automatic; Manual; Disabled }

function Send-Lab($Message) {
    $line = Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Message -Depth 20 -Compress -EscapeHandling EscapeNonAscii
    $writer = (Get-Channel).writer
    $writer.Write("$line`n")
    $writer.Flush()
}

function Receive-Lab {
    $line = (Get-Channel).reader.ReadLine()
    if ($null -ne $line) { Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $line -AsHashtable -NoEnumerate }
}

# A value on the wire is a text that begins with its kind; a list, a table and an object are what JSON has for them.
$script:Kinds = @{ Byte = 'byte'; UInt16 = 'uint16'; Int32 = 'int'; UInt32 = 'uint32'; Int64 = 'long'; UInt64 = 'uint64' }
$script:Invariant = [System.Globalization.CultureInfo]::InvariantCulture

function ConvertTo-Wire($Value) {
    if ($null -eq $Value) { return 'null:' }
    if ($Value -is [string] -or $Value -is [enum]) { return "text:$Value" }
    if ($Value -is [bool] -or $Value -is [switch]) { return "bool:$([int] [bool] $Value)" }
    if ($script:Kinds.ContainsKey($Value.GetType().Name)) { return $script:Kinds[$Value.GetType().Name] + ':' + $Value.ToString($script:Invariant) }
    if ($Value -is [System.DateTime]) {
        if ($Value.Kind -eq 'Unspecified') { return 'other:a time of no kind' }
        return "$($Value.Kind):" + $Value.ToUniversalTime().ToString('o', $script:Invariant)
    }
    if ($Value -is [byte[]]) { return 'bytes:' + [System.Convert]::ToHexString($Value) }
    if ($Value -is [System.Collections.IDictionary]) {
        return @{ table = @(foreach ($key in $Value.Keys) { , @("$key", (ConvertTo-Wire $Value[$key])) }) }
    }
    if ($Value -is [System.Collections.IList]) { return , @(foreach ($one in $Value) { , (ConvertTo-Wire $one) }) }
    if ($Value.PSObject.Properties['#']) { return @{ object = $Value.'#' } }
    "other:$($Value.GetType().FullName)"
}

function ConvertFrom-Wire($Sent) {
    if ($Sent -is [System.Collections.IDictionary]) { return New-Thing $Sent }
    if ($Sent -isnot [string]) { return , @(foreach ($one in $Sent) { ConvertFrom-Wire $one }) }
    $kind, $text = $Sent -split ':', 2
    switch ($kind) {
        'null' { return $null }
        # What a method of .NET that returns nothing puts out.
        'nothing' { return [System.Management.Automation.Internal.AutomationNull]::Value }
        'text' { return $text }
        'bool' { return $text -eq '1' }
        'bytes' { return , [System.Convert]::FromHexString($text) }
        'Utc' { return [System.DateTime]::Parse($text, $script:Invariant, 'AdjustToUniversal') }
        'Local' { return [System.DateTime]::Parse($text, $script:Invariant, 'AdjustToUniversal').ToLocalTime() }
    }
    [System.Management.Automation.LanguagePrimitives]::ConvertTo($text, ($kind -as [type]), $script:Invariant)
}

function New-Thing($Sent) {
    $thing = [pscustomobject] @{ '#' = $Sent.object }
    foreach ($name in $Sent.values.Keys) { $thing.PSObject.Properties.Add([psnoteproperty]::new($name, (ConvertFrom-Wire $Sent.values[$name]))) }
    foreach ($name in $Sent.methods) {
        $call = { Invoke-Thing $this $name $args }.GetNewClosure()
        $thing.PSObject.Methods.Add([psscriptmethod]::new($name, $call))
    }
    $thing
}

function Invoke-Thing($Thing, $Name, $Arguments) {
    Send-Lab @{ object = $Thing.'#'; method = $Name; with = @(foreach ($one in $Arguments) { , (ConvertTo-Wire $one) }) }
    $answer = Receive-Lab
    if ($answer.failed) { throw $answer.failed }
    ConvertFrom-Wire $answer.value
}

# Get-WinEvent takes a time as the text that it is in the culture of the thread, and reads that text as local time
# (PowerShell/PowerShell GetEventCommand.cs, HandleStartTimeHashValue and StringToDateTime).
function Read-Filter($Filter) {
    $read = @{}
    foreach ($key in $Filter.Keys) { $read[$key] = $Filter[$key] }
    foreach ($key in @('StartTime', 'EndTime')) {
        if ($read.ContainsKey($key)) { $read[$key] = [System.DateTime]::SpecifyKind([System.DateTime]::Parse($read[$key].ToString()), 'Local') }
    }
    $read
}

$script:Common = [System.Management.Automation.PSCmdlet]::CommonParameters

function Invoke-Command51($Cmdlet, $Bound) {
    $with = @{}
    foreach ($name in $Bound.Keys) {
        if ($name -in $script:Common) { continue }
        $value = if ($name -eq 'FilterHashtable') { , @($Bound[$name] | ForEach-Object { Read-Filter $_ }) } else { , $Bound[$name] }
        $with[$name] = ConvertTo-Wire $value
    }
    Send-Lab @{ command = $Cmdlet.MyInvocation.MyCommand.Name; with = $with }
    $answer = Receive-Lab
    if ($null -eq $answer) { throw 'the lab has gone' }
    if ($answer.failed) {
        $Cmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([System.Exception]::new($answer.failed), $answer.id, 'NotSpecified', $null))
        return
    }
    foreach ($one in $answer.value) { $Cmdlet.WriteObject((ConvertFrom-Wire $one), $false) }
}

# The Task Scheduler, in the place of its COM objects.
function Invoke-Scheduler([string] $What, [string] $Name, [string] $Xml) {
    Send-Lab @{ command = $What; with = @{ Name = (ConvertTo-Wire $Name); Xml = (ConvertTo-Wire $Xml) } }
    $answer = Receive-Lab
    if ($answer.failed) { throw $answer.failed }
    foreach ($one in $answer.value) { ConvertFrom-Wire $one }
}

# Windows PowerShell 5.1 leaves texts that look like dates alone; only one that is written "\/Date(milliseconds)\/" is one.
function ConvertFrom-Element($Element) {
    switch ("$($Element.ValueKind)") {
        'Object' {
            $object = [pscustomobject] @{}
            foreach ($one in $Element.EnumerateObject()) { $object.PSObject.Properties.Add([psnoteproperty]::new($one.Name, (ConvertFrom-Element $one.Value))) }
            return $object
        }
        'Array' { return , @(foreach ($one in $Element.EnumerateArray()) { , (ConvertFrom-Element $one) }) }
        'String' {
            if ($Element.GetRawText() -cmatch '^"\\/Date\((-?[0-9]+)\)\\/"$') { return [System.DateTime]::UnixEpoch.AddMilliseconds([long] $Matches[1]) }
            return $Element.GetString()
        }
        'Number' {
            $number = 0; $long = 0L
            if ($Element.TryGetInt32([ref] $number)) { return $number }
            if ($Element.TryGetInt64([ref] $long)) { return $long }
            return $Element.GetDecimal()
        }
        'True' { return $true }
        'False' { return $false }
        'Null' { return $null }
    }
}

function ConvertFrom-Json {
    [CmdletBinding()] param([Parameter(Mandatory, Position = 0, ValueFromPipeline)] [AllowEmptyString()] [string] $InputObject)
    ConvertFrom-Element ([System.Text.Json.JsonDocument]::Parse($InputObject).RootElement)
}
