# Reads texts with PowerShell's own parser: what is wrong with each, and which commands, types and members it names.
# They come as one line of JSON, a list of texts, and go back as one.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

function Get-Constant($Node) {
    if ($Node -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $Node.Value }
}

function Get-Found($Tree, [type] $Kind) { , @($Tree.FindAll({ param($node) $node -is $Kind }.GetNewClosure(), $true)) }

function Get-Commands($Tree) {
    foreach ($node in (Get-Found $Tree ([System.Management.Automation.Language.CommandAst]))) {
        $given = @($node.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] })
        $words = @($node.CommandElements | Select-Object -Skip 1 | ForEach-Object { Get-Constant $_ } | Where-Object { $_ })
        @{ name = "$($node.GetCommandName())"; line = $node.Extent.StartLineNumber
            parameters = @($given | ForEach-Object { $_.ParameterName }); words = $words }
    }
}

function Get-Types($Tree) {
    $written = (Get-Found $Tree ([System.Management.Automation.Language.TypeExpressionAst])) +
    (Get-Found $Tree ([System.Management.Automation.Language.TypeConstraintAst]))
    @($written | ForEach-Object { $_.TypeName.FullName })
}

# An enumeration given as a text, where another overload takes as many arguments: PowerShell may choose that one.
function Get-Vague($Call) {
    $type = $Call.Expression.TypeName.GetReflectionType()
    $given = @($Call.Arguments | Where-Object { $null -ne $_ })
    if ($null -eq $type -or $given.Count -eq 0) { return }
    $all = @(if ($Call.Member.Value -eq 'new') { $type.GetConstructors() } else { $type.GetMethods() | Where-Object Name -EQ $Call.Member.Value })
    $same = @($all | Where-Object { $_.GetParameters().Count -eq $given.Count })
    if ($same.Count -lt 2) { return }
    for ($i = 0; $i -lt $given.Count; $i++) {
        $enumerations = @($same | Where-Object { $_.GetParameters()[$i].ParameterType.IsEnum })
        if ($null -ne (Get-Constant $given[$i]) -and $enumerations.Count -gt 0) { return "line $($Call.Extent.StartLineNumber): $($Call.Extent.Text)" }
    }
}

function Get-Members($Tree) {
    foreach ($node in (Get-Found $Tree ([System.Management.Automation.Language.MemberExpressionAst]))) {
        $static = $node.Expression -is [System.Management.Automation.Language.TypeExpressionAst]
        $name = Get-Constant $node.Member
        if ($null -eq $name) { $name = $node.Member.Extent.Text }
        @{ name = "$name"; line = $node.Extent.StartLineNumber; on = if ($static) { $node.Expression.TypeName.FullName } else { '' }
            called = $node -is [System.Management.Automation.Language.InvokeMemberExpressionAst] }
    }
}

# A catch that neither looks at the error nor throws takes any error for the one that its author had in mind.
function Get-Blind($Tree) {
    foreach ($node in (Get-Found $Tree ([System.Management.Automation.Language.CatchClauseAst]))) {
        $throws = (Get-Found $node.Body ([System.Management.Automation.Language.ThrowStatementAst])).Count -gt 0
        $looks = @((Get-Found $node.Body ([System.Management.Automation.Language.VariableExpressionAst])) | Where-Object { $_.VariablePath.UserPath -eq '_' }).Count -gt 0
        if (-not $throws -and -not $looks) { "line $($node.Extent.StartLineNumber): $($node.Extent.Text)" }
    }
}

# What this parser takes, and that of 5.1 does not.
function Get-Newer($Tree) {
    $nodes = Get-Found $Tree ([System.Management.Automation.Language.Ast])
    foreach ($node in $nodes) {
        $kind = $node.GetType().Name
        $newer = $kind -in @('PipelineChainAst', 'TernaryExpressionAst') -or
        ($kind -eq 'PipelineAst' -and $node.Background) -or
        ($kind -in @('MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst') -and $node.NullConditional) -or
        ($kind -eq 'BinaryExpressionAst' -and "$($node.Operator)" -eq 'QuestionQuestion') -or
        ($kind -eq 'AssignmentStatementAst' -and "$($node.Operator)" -eq 'QuestionQuestionEquals') -or
        ($kind -eq 'ScriptBlockAst' -and $null -ne $node.CleanBlock)
        if ($newer) { "line $($node.Extent.StartLineNumber): $($node.Extent.Text)" }
    }
}

function Read-Text([string] $Text) {
    $wrong = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref] $null, [ref] $wrong)
    $calls = @((Get-Found $tree ([System.Management.Automation.Language.InvokeMemberExpressionAst])) | Where-Object { $_.Static })
    @{
        errors   = @($wrong | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.Message)" })
        commands = @(Get-Commands $tree)
        types    = @(Get-Types $tree)
        members  = @(Get-Members $tree)
        blind    = @(Get-Blind $tree)
        newer    = @(Get-Newer $tree)
        vague    = @($calls | Where-Object { $_.Expression -is [System.Management.Automation.Language.TypeExpressionAst] } | ForEach-Object { Get-Vague $_ })
        functions = @((Get-Found $tree ([System.Management.Automation.Language.FunctionDefinitionAst])) | ForEach-Object { $_.Name })
    }
}

$texts = ConvertFrom-Json -InputObject ([Console]::In.ReadToEnd()) -NoEnumerate
$read = @(foreach ($text in $texts) { Read-Text $text })
[Console]::Out.WriteLine((ConvertTo-Json -InputObject $read -Depth 6 -Compress))
