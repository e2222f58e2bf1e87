using Microsoft.Extensions.Logging;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Execution;

/// <content>What a workflow says about itself: patches, search attributes, memo, log.</content>
internal sealed partial class WorkflowRun
{
    private const int LongestChangeVersion = 2048;
    private static readonly SearchAttributeKey<IReadOnlyCollection<string>> ChangeVersionKey =
        SearchAttributeKey.CreateKeywordList("TemporalChangeVersion");

    private readonly ReplaySafeLogger _logger;
    private readonly Dictionary<string, bool> _patches = new(StringComparer.Ordinal);
    private readonly HashSet<string> _patchesAhead = new(StringComparer.Ordinal);
    private Dictionary<string, Payload> _memo = [];

    public ILogger Logger => _logger;

    public SearchAttributeCollection TypedSearchAttributes { get; private set; } = SearchAttributeCollection.Empty;

    public IReadOnlyDictionary<string, IRawValue> Memo =>
        _memo.ToDictionary(entry => entry.Key, entry => (IRawValue)new RawValue(entry.Value), StringComparer.Ordinal);

    public bool Patch(string id, bool deprecated)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (_patches.TryGetValue(id, out var known))
        {
            return known;
        }

        ThrowIfReadOnly("meet a new patch");
        var patched = deprecated || _patchesAhead.Contains(id)
            || (!IsReplaying && (_settings.PatchActivationCallback?.Invoke(new(Info, id)) ?? true));
        _patches[id] = patched;
        if (patched)
        {
            Issue(new(new PatchMarker(id, deprecated).ToCommand(), EventType.MarkerRecorded)
            {
                Subject = $"patch '{id}'",
                PatchId = id,
            });
            NoteChangeVersion(id);
        }

        return patched;
    }

    public void UpsertTypedSearchAttributes(IReadOnlyCollection<SearchAttributeUpdate> updates)
    {
        ThrowIfReadOnly("change search attributes");
        if (updates.Count == 0)
        {
            throw new ArgumentException("At least one search attribute update required", nameof(updates));
        }

        if (updates.DistinctBy(update => update.UntypedKey.Name, StringComparer.Ordinal).Count() != updates.Count)
        {
            throw new ArgumentException("A search attribute may be updated only once in one call", nameof(updates));
        }

        var attributes = new SearchAttributes();
        var view = new SearchAttributeCollection.Builder(TypedSearchAttributes);
        foreach (var update in updates)
        {
            attributes.IndexedFields[update.UntypedKey.Name] =
                SearchAttributeCollection.ToPayload(update.UntypedKey, update.HasValue ? update.UntypedValue : null);
            view.Unset(update.UntypedKey.Name);
            if (update.HasValue)
            {
                view.SetUntyped(update.UntypedKey, update.UntypedValue);
            }
        }

        TypedSearchAttributes = view.ToSearchAttributeCollection();
        IssueUpsert(attributes, companion: false);
    }

    public void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates)
    {
        ThrowIfReadOnly("change the memo");
        if (updates.Count == 0)
        {
            throw new ArgumentException("At least one memo update required", nameof(updates));
        }

        if (updates.DistinctBy(update => update.UntypedKey, StringComparer.Ordinal).Count() != updates.Count)
        {
            throw new ArgumentException("A memo entry may be updated only once in one call", nameof(updates));
        }

        var memo = new Memo();
        var view = new Dictionary<string, Payload>(_memo, StringComparer.Ordinal);
        foreach (var update in updates)
        {
            var payload = PayloadConverter.ToPayload(update.HasValue ? update.UntypedValue : null);
            memo.Fields[update.UntypedKey] = payload;
            if (update.HasValue)
            {
                view[update.UntypedKey] = payload;
            }
            else
            {
                view.Remove(update.UntypedKey);
            }
        }

        _memo = view;
        Issue(new(
            new()
            {
                CommandType = CommandType.ModifyWorkflowProperties,
                ModifyWorkflowPropertiesCommandAttributes = new() { UpsertedMemo = memo },
            },
            EventType.WorkflowPropertiesModified));
    }

    /// <summary>Lets operators find the runs that took a patch.</summary>
    private void NoteChangeVersion(string id)
    {
        TypedSearchAttributes.TryGetValue(ChangeVersionKey, out var before);
        var versions = (before ?? []).Append(id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var payload = SearchAttributeCollection.ToPayload(ChangeVersionKey, versions);
        if (payload.Data.Length > LongestChangeVersion)
        {
            return;
        }

        TypedSearchAttributes = new SearchAttributeCollection.Builder(TypedSearchAttributes)
            .SetUntyped(ChangeVersionKey, versions).ToSearchAttributeCollection();
        IssueUpsert(new() { IndexedFields = { [ChangeVersionKey.Name] = payload } }, companion: true);
    }

    private void IssueUpsert(SearchAttributes attributes, bool companion) => Issue(new(
        new()
        {
            CommandType = CommandType.UpsertWorkflowSearchAttributes,
            UpsertWorkflowSearchAttributesCommandAttributes = new() { SearchAttributes = attributes },
        },
        EventType.UpsertWorkflowSearchAttributes)
    {
        IsPatchCompanion = companion,
    });

    /// <summary>The run's log: with its ids in scope, and silent while the run only remembers.</summary>
    private sealed class ReplaySafeLogger(WorkflowRun run) : ILogger
    {
        private ILogger? _inner;
        private Dictionary<string, object?>? _scope;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => !run.IsReplaying && Inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            using (Inner.BeginScope(Scope()))
            {
                Inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }

        private ILogger Inner => _inner ??= run._settings.LoggerFactory.CreateLogger(
            $"Temporalio.Workflow:{run._definition.Name}");

        private Dictionary<string, object?> Scope()
        {
            _scope ??= run._info is not { } info
                ? []
                : new(StringComparer.Ordinal)
                {
                    ["Attempt"] = info.Attempt,
                    ["Namespace"] = info.Namespace,
                    ["FirstExecutionRunId"] = info.FirstExecutionRunId,
                    ["RunId"] = info.RunId,
                    ["TaskQueue"] = info.TaskQueue,
                    ["WorkflowId"] = info.WorkflowId,
                    ["WorkflowType"] = info.WorkflowType,
                };
            return UpdateInfo.Value is { } update
                ? new(_scope, StringComparer.Ordinal) { ["UpdateId"] = update.Id, ["UpdateName"] = update.Name }
                : _scope;
        }
    }
}
