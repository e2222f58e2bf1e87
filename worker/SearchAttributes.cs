using Metal3.Activities.Kubernetes.Writing;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Metal3.Worker;

/// <summary>Makes sure that the server knows our search attributes, and tells workflows once it does.</summary>
internal sealed class SearchAttributes(ITemporalClient client, HostOptionsProvider hostOptions, TimeSpan spreading, ILogger logger)
{
    private static readonly Dictionary<string, IndexedValueType> Wanted = new(StringComparer.Ordinal)
    {
        ["Metal3State"] = IndexedValueType.Keyword,
        ["Metal3Step"] = IndexedValueType.Keyword,
        ["Metal3WaitingFor"] = IndexedValueType.Keyword,
        ["Metal3ErrorType"] = IndexedValueType.Keyword,
        ["Metal3WaitingSince"] = IndexedValueType.Datetime,
    };

    /// <summary>Creates what is missing; without the right to, prints the command for somebody who has it, and goes on without.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        try
        {
            var missing = await MissingAsync();
            if (missing.Count > 0)
            {
                var request = new Temporalio.Api.OperatorService.V1.AddSearchAttributesRequest { Namespace = client.Options.Namespace };
                foreach (var name in missing)
                {
                    request.SearchAttributes.Add(name, Wanted[name]);
                }

                await client.OperatorService.AddSearchAttributesAsync(request);
            }

            while ((await MissingAsync()).Count > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }

            // Another process may have made them a moment ago: that they can be listed does not mean that they can be used.
            if (spreading > TimeSpan.Zero && !await AreUsedAsync())
            {
                await Task.Delay(spreading, cancellationToken);
            }

            hostOptions.Current = hostOptions.Current with { HasSearchAttributes = true, CodeRevision = hostOptions.Current.CodeRevision | 1 << 16 };
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NoSearchAttributes(
                e.Message,
                string.Join(' ', Wanted.Select(attribute => $"--name {attribute.Key} --type {attribute.Value}")));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while waiting: the next process tries again.
        }
    }

    /// <summary>Whether a workflow carries one, which only a server that knows them lets happen.</summary>
    private async Task<bool> AreUsedAsync()
    {
        try
        {
            return (await client.CountWorkflowsAsync("Metal3State IS NOT NULL")).Count > 0;
        }
        catch (RpcException)
        {
            return false; // not everybody may ask that; then a moment's patience must do
        }
    }

    private async Task<IReadOnlyList<string>> MissingAsync()
    {
        var known = await client.OperatorService.ListSearchAttributesAsync(new() { Namespace = client.Options.Namespace });
        return [.. Wanted.Keys.Where(name => !known.CustomAttributes.ContainsKey(name))];
    }
}
