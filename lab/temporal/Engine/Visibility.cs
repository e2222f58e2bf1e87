using System.Globalization;
using System.Text;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>One run as visibility sees it, at one moment.</summary>
internal sealed class VisibleRun(NamespaceState ns, WorkflowExecutionInfo info, long startTicks, long closeTicks)
{
    public WorkflowExecutionInfo Info { get; } = info;

    public long StartTicks { get; } = startTicks;

    public long CloseTicks { get; } = closeTicks;

    /// <summary>An attribute's value as long, double, bool, <see cref="DateTimeOffset"/>, string or list of strings; <see langword="null"/> if it has none.</summary>
    public object? Value(string name) => name switch
    {
        "WorkflowId" => Info.Execution.WorkflowId,
        "RunId" => Info.Execution.RunId,
        "WorkflowType" => Info.Type.Name,
        "ExecutionStatus" => Info.Status.ToString(),
        "TaskQueue" => Info.TaskQueue,
        "ParentWorkflowId" => Info.ParentExecution?.WorkflowId,
        "ParentRunId" => Info.ParentExecution?.RunId,
        "RootWorkflowId" => Info.RootExecution?.WorkflowId,
        "RootRunId" => Info.RootExecution?.RunId,
        "StartTime" => new DateTimeOffset(StartTicks, TimeSpan.Zero),
        "ExecutionTime" => new DateTimeOffset(Times.Ticks(Info.ExecutionTime), TimeSpan.Zero),
        "CloseTime" => CloseTicks == 0 ? null : new DateTimeOffset(CloseTicks, TimeSpan.Zero),
        "HistoryLength" => CloseTicks == 0 ? null : Info.HistoryLength,
        "ExecutionDuration" => CloseTicks == 0 ? null : Times.Ticks(Info.ExecutionDuration) * 100,
        "StateTransitionCount" => CloseTicks == 0 ? null : Info.StateTransitionCount,
        "HistorySizeBytes" => CloseTicks == 0 ? null : Info.HistorySizeBytes,
        _ => Info.SearchAttributes.IndexedFields.TryGetValue(name, out var payload) && ns.TypeOf(name) is { } type
            ? SearchAttributesRules.Value(payload, type) : null,
    };
}

/// <summary>The SQL-like filter language of list and count.</summary>
internal sealed class VisibilityQuery
{
    private readonly NamespaceState _ns;
    private readonly List<(char Kind, string Text)> _tokens;
    private int _at;
    private bool _namesDivision;

    private VisibilityQuery(NamespaceState ns, string text)
    {
        _ns = ns;
        _tokens = Tokenise(text);
    }

    public Func<VisibleRun, bool> Filter { get; private set; } = _ => true;

    public string? GroupBy { get; private set; }

    public static VisibilityQuery Parse(NamespaceState ns, string text)
    {
        var query = new VisibilityQuery(ns, text);
        if (query._tokens.Count > 0 && !query.IsWord("GROUP") && !query.IsWord("ORDER"))
        {
            query.Filter = query.Or();
        }

        if (query.TakeWord("GROUP"))
        {
            query.ExpectWord("BY");
            query.GroupBy = query.Name().Name;
            if (query.GroupBy != "ExecutionStatus")
            {
                throw Invalid("'group by' clause is only supported for ExecutionStatus search attribute");
            }
        }

        if (query.TakeWord("ORDER"))
        {
            query.ExpectWord("BY");
            throw Invalid("'order by' clause is not supported");
        }

        if (query._at < query._tokens.Count)
        {
            throw Invalid($"syntax error near '{query._tokens[query._at].Text}'");
        }

        if (!query._namesDivision)
        {
            var filter = query.Filter;
            query.Filter = run => !run.Info.SearchAttributes.IndexedFields.ContainsKey("TemporalNamespaceDivision") && filter(run);
        }

        return query;
    }

    /// <summary>A time in RFC 3339, with any number of digits in its fraction.</summary>
    public static DateTimeOffset? TimeLiteral(string text) =>
        text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : null;

    /// <summary>A duration as Go writes it: <c>1h30m</c>, <c>250ms</c>.</summary>
    public static TimeSpan? DurationLiteral(string text)
    {
        double ticks = 0;
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
            {
                i++;
            }

            if (!double.TryParse(text.AsSpan(start, i - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            start = i;
            while (i < text.Length && !char.IsAsciiDigit(text[i]) && text[i] != '.')
            {
                i++;
            }

            double? unit = text[start..i] switch
            {
                "d" => TimeSpan.TicksPerDay,
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "us" or "µs" => TimeSpan.TicksPerMicrosecond,
                "ns" => 0.01,
                _ => null,
            };
            if (unit is null)
            {
                return null;
            }

            ticks += count * unit.Value;
        }

        return text.Length == 0 || ticks > TimeSpan.TicksPerDay * 36500.0 ? null : TimeSpan.FromTicks((long)ticks);
    }

    private static RpcException Invalid(string why) => RpcException.Invalid($"invalid query: {why}");

    private static List<(char Kind, string Text)> Tokenise(string text)
    {
        var tokens = new List<(char, string)>();
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c is '\'' or '"' or '`')
            {
                var value = new StringBuilder();
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                    {
                        throw Invalid("a quoted text does not end");
                    }

                    if (text[i] == '\\' && i + 1 < text.Length)
                    {
                        value.Append(text[++i]);
                    }
                    else if (text[i] == c && i + 1 < text.Length && text[i + 1] == c)
                    {
                        value.Append(text[++i]);
                    }
                    else if (text[i] == c)
                    {
                        i++;
                        break;
                    }
                    else
                    {
                        value.Append(text[i]);
                    }
                }

                tokens.Add((c == '`' ? 'n' : 's', value.ToString()));
            }
            else if (c is '(' or ')' or ',')
            {
                tokens.Add(('p', c.ToString()));
                i++;
            }
            else if (c is '=' or '!' or '<' or '>')
            {
                var length = i + 1 < text.Length && text[i + 1] is '=' or '>' && text.Substring(i, 2) is "!=" or "<=" or ">=" or "<>" ? 2 : 1;
                tokens.Add(('o', text.Substring(i, length) == "<>" ? "!=" : text.Substring(i, length)));
                i += length;
            }
            else if (char.IsLetterOrDigit(c) || c is '_' or '-' or '+' or '.')
            {
                var start = i;
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '-' or '+' or '.' or ':'))
                {
                    i++;
                }

                tokens.Add(('w', text[start..i]));
            }
            else
            {
                throw Invalid($"syntax error near '{c}'");
            }
        }

        return tokens;
    }

    private Func<VisibleRun, bool> Or()
    {
        var left = And();
        while (TakeWord("OR"))
        {
            var (a, b) = (left, And());
            left = run => a(run) || b(run);
        }

        return left;
    }

    private Func<VisibleRun, bool> And()
    {
        var left = Unary();
        while (TakeWord("AND"))
        {
            var (a, b) = (left, Unary());
            left = run => a(run) && b(run);
        }

        return left;
    }

    private Func<VisibleRun, bool> Unary()
    {
        if (TakeWord("NOT"))
        {
            var inner = Unary();
            return run => !inner(run);
        }

        if (Take('p', "("))
        {
            var inner = Or();
            Expect('p', ")");
            return inner;
        }

        return Comparison();
    }

    private Func<VisibleRun, bool> Comparison()
    {
        var (name, type) = Name();
        if (TakeWord("IS"))
        {
            var negated = TakeWord("NOT");
            ExpectWord("NULL");
            return run => run.Value(name) is null != negated;
        }

        var not = TakeWord("NOT");
        if (TakeWord("IN"))
        {
            RequireOperator(name, type, not ? "NOT IN" : "IN", type is not (IndexedValueType.Text or IndexedValueType.Bool));
            Expect('p', "(");
            var values = new List<object> { Literal(name, type) };
            while (Take('p', ","))
            {
                values.Add(Literal(name, type));
            }

            Expect('p', ")");
            return run => run.Value(name) is { } actual && values.Exists(value => Same(actual, value)) != not;
        }

        if (TakeWord("BETWEEN"))
        {
            RequireOperator(name, type, "BETWEEN", type is not (IndexedValueType.Text or IndexedValueType.Bool or IndexedValueType.KeywordList));
            var low = Literal(name, type);
            ExpectWord("AND");
            var high = Literal(name, type);
            return run => run.Value(name) is { } actual && (Compare(actual, low) >= 0 && Compare(actual, high) <= 0) != not;
        }

        if (TakeWord("STARTS_WITH"))
        {
            RequireOperator(name, type, "STARTS_WITH", type == IndexedValueType.Keyword);
            var prefix = (string)Literal(name, type);
            return run => run.Value(name) is string actual && actual.StartsWith(prefix, StringComparison.Ordinal) != not;
        }

        if (not || _at >= _tokens.Count || _tokens[_at].Kind != 'o')
        {
            throw Invalid(_at < _tokens.Count ? $"syntax error near '{_tokens[_at].Text}'" : "unexpected end of the query");
        }

        var op = _tokens[_at++].Text;
        RequireOperator(name, type, op, op is "=" or "!=" || type is IndexedValueType.Int or IndexedValueType.Double or IndexedValueType.Datetime
            || (type == IndexedValueType.Keyword && op is not "!"));
        var wanted = Literal(name, type);
        if (type == IndexedValueType.Text)
        {
            var words = Words((string)wanted);
            return run => run.Value(name) is string actual && words.Overlaps(Words(actual)) == (op == "=");
        }

        return op switch
        {
            "=" => run => run.Value(name) is { } actual && Same(actual, wanted),
            "!=" => run => run.Value(name) is { } actual && !Same(actual, wanted),
            "<" => run => run.Value(name) is { } actual && Compare(actual, wanted) < 0,
            "<=" => run => run.Value(name) is { } actual && Compare(actual, wanted) <= 0,
            ">" => run => run.Value(name) is { } actual && Compare(actual, wanted) > 0,
            ">=" => run => run.Value(name) is { } actual && Compare(actual, wanted) >= 0,
            _ => throw Invalid($"operator '{op}' is not known"),
        };
    }

    private static void RequireOperator(string name, IndexedValueType type, string op, bool allowed)
    {
        if (!allowed)
        {
            throw Invalid($"operator '{op}' not supported for {type} type search attribute '{name}'");
        }
    }

    private static HashSet<string> Words(string text) => text
        .Split([' ', '\t', '\n', '.', ',', ';', ':', '-', '/', '_', '!', '?', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static bool Same(object actual, object wanted) => actual is List<string> list
        ? wanted is string item && list.Contains(item)
        : Compare(actual, wanted) == 0;

    private static int Compare(object actual, object wanted) => (actual, wanted) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (double a, long b) => a.CompareTo((double)b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        _ => int.MinValue,
    };

    private object Literal(string name, IndexedValueType type)
    {
        if (_at >= _tokens.Count || _tokens[_at].Kind is 'p' or 'o')
        {
            throw Invalid(_at < _tokens.Count ? $"syntax error near '{_tokens[_at].Text}'" : "unexpected end of the query");
        }

        var (kind, text) = _tokens[_at++];
        var number = kind == 'w' && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : (long?)null;
        if (name == "ExecutionStatus")
        {
            return number is { } code ? ((WorkflowExecutionStatus)code).ToString()
                : Enum.TryParse<WorkflowExecutionStatus>(text, out var status) && status != WorkflowExecutionStatus.Unspecified ? status.ToString()
                : throw Invalid($"invalid ExecutionStatus value '{text}'");
        }

        object? value = type switch
        {
            IndexedValueType.Int when name == "ExecutionDuration" && number is null => DurationLiteral(text)?.Ticks * 100,
            IndexedValueType.Int => number ?? (kind == 's' && long.TryParse(text, CultureInfo.InvariantCulture, out var quoted) ? quoted : null),
            IndexedValueType.Double => double.TryParse(text, CultureInfo.InvariantCulture, out var real) ? real : null,
            IndexedValueType.Bool => bool.TryParse(text, out var truth) ? truth : null,
            IndexedValueType.Datetime => number is { } nanos ? DateTimeOffset.UnixEpoch.AddTicks(nanos / 100) : TimeLiteral(text) is { } time ? time : null,
            _ => kind == 's' || number is not null || kind == 'w' ? text : null,
        };
        return value ?? throw Invalid($"invalid value for search attribute {name} of type {type}: '{text}'");
    }

    private (string Name, IndexedValueType Type) Name()
    {
        if (_at >= _tokens.Count || _tokens[_at].Kind is not ('w' or 'n'))
        {
            throw Invalid(_at < _tokens.Count ? $"syntax error near '{_tokens[_at].Text}'" : "unexpected end of the query");
        }

        var name = _tokens[_at++].Text;
        _namesDivision |= name == "TemporalNamespaceDivision";
        return SystemAttributes.System.TryGetValue(name, out var type) ? (name, type)
            : _ns.TypeOf(name) is { } custom ? (name, custom)
            : throw Invalid($"column name '{name}' is not a valid search attribute");
    }

    private bool IsWord(string word) =>
        _at < _tokens.Count && _tokens[_at].Kind == 'w' && _tokens[_at].Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool TakeWord(string word)
    {
        if (!IsWord(word))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void ExpectWord(string word)
    {
        if (!TakeWord(word))
        {
            throw Invalid($"'{word}' is expected{(_at < _tokens.Count ? $" near '{_tokens[_at].Text}'" : " at the end")}");
        }
    }

    private bool Take(char kind, string text)
    {
        if (_at < _tokens.Count && _tokens[_at] == (kind, text))
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(char kind, string text)
    {
        if (!Take(kind, text))
        {
            throw Invalid($"'{text}' is expected{(_at < _tokens.Count ? $" near '{_tokens[_at].Text}'" : " at the end")}");
        }
    }
}
