using System.Text.Json;

namespace Metal3.Activities.Ironic;

/// <summary>What is known of the server behind the endpoint; replaced as a whole when doubt arises.</summary>
internal sealed record IronicServer(MicroVersion Highest, MicroVersion Chosen, DateTimeOffset VerifiedAt)
{
    /// <summary>Whether a feature of that version may be used.</summary>
    public bool Knows(MicroVersion feature) => Chosen >= feature;
}

/// <summary>Finds out the server's version, and whether a conductor is there, once for all requests of the process.</summary>
internal sealed class IronicSession(IronicOptions options, HttpClient probe, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile IronicServer? _server;

    /// <summary>The version that requests carry; null before the first probe.</summary>
    public MicroVersion? Version => _server?.Chosen;

    /// <summary>The last server seen; null before the first probe and after doubt.</summary>
    public IronicServer? Server => _server;

    /// <summary>Forgets what is known: the server may have been replaced.</summary>
    public void Doubt() => _server = null;

    /// <summary>The server, probed if it is not known well enough.</summary>
    /// <param name="ready">Asks for drivers with the version just chosen; throws when there are none.</param>
    /// <param name="cancellationToken">Ends the probe.</param>
    public async Task<IronicServer> EnsureAsync(
        Func<MicroVersion, CancellationToken, Task> ready, CancellationToken cancellationToken)
    {
        if (_server is { } known && IsFresh(known))
        {
            return known;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_server is { } meanwhile && IsFresh(meanwhile))
            {
                return meanwhile;
            }

            var highest = await ProbeAsync(cancellationToken);
            var chosen = IronicOptions.Spoken.First(version => version <= highest);
            await ready(chosen, cancellationToken);
            return _server = new IronicServer(highest, chosen, time.GetUtcNow());
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private bool IsFresh(IronicServer server) =>
        options.VerifiedFor is not { } believed || time.GetUtcNow() - server.VerifiedAt < believed;

    private async Task<MicroVersion> ProbeAsync(CancellationToken cancellationToken)
    {
        const string request = "GET version";
        VersionDocument? document;
        try
        {
            using var response = await probe.GetAsync(options.Endpoint, cancellationToken);
            if ((int)response.StatusCode is not (200 or 300))
            {
                var text = ErrorBody.Sentence(await response.Content.ReadAsStringAsync(cancellationToken));
                throw IronicClient.Fault(request, response.StatusCode, ErrorBody.Cut(text));
            }

            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            document = JsonSerializer.Deserialize(body, IronicJson.Default.VersionDocument);
        }
        catch (JsonException e)
        {
            throw new IronicException(
                IronicFault.Malformed, request, "the answer is not Ironic's version document; is the endpoint right?", null, e);
        }
        catch (HttpRequestException e)
        {
            throw IronicClient.Transport(request, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw IronicClient.Transport(request, e);
        }

        IReadOnlyList<VersionRecord> records = document?.Version is { } one ? [one] : document?.Versions ?? [];
        if (records is not [{ Version: var text1 }] || !MicroVersion.TryParse(text1, out var highest))
        {
            throw new IronicException(
                IronicFault.Malformed, request, "the answer is not Ironic's version document; is the endpoint right?", null);
        }

        return highest is { Major: 1 } && highest >= MicroVersion.Lowest
            ? highest
            : throw new IronicException(
                IronicFault.UnsupportedVersion, request, $"ironic API {MicroVersion.Lowest} or newer is required, got {highest}", null);
    }
}
