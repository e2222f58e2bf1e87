using System.Net;
using System.Text.Json.Nodes;

namespace Metal3.Lab;

/// <summary>The admin API of a simulated Ironic: machines and failures.</summary>
internal sealed class IronicAdmin(Uri admin) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = admin, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Where it is.</summary>
    public Uri Address => admin;

    /// <summary>The admin API beside an Ironic's own; null if that is no simulated one.</summary>
    /// <exception cref="LabException">Nothing answers there.</exception>
    public static async Task<IronicAdmin?> BesideAsync(Uri ironic, CancellationToken cancellation)
    {
        var admin = new IronicAdmin(new(ironic, "/admin/"));
        try
        {
            using var answer = await admin._http.GetAsync("stages", cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return admin;
            }
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            admin.Dispose();
            throw new LabException($"No Ironic answers at {ironic}: {e.Message} Check the address given with --ironic.", e);
        }

        admin.Dispose();
        return null;
    }

    /// <summary>Declares machines and returns the URLs of their Redfish systems, in order.</summary>
    public async Task<IReadOnlyList<Uri>> DeclareAsync(IEnumerable<JsonObject> machines, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync("hosts", new JsonArray([.. machines]), cancellation);
        await CheckAsync(answer, cancellation);
        var declared = await answer.Content.ReadFromJsonAsync<JsonArray>(cancellation);
        return [.. declared!.Select(machine => new Uri(machine!["redfish"]!.GetValue<string>()))];
    }

    /// <summary>Names of the machines.</summary>
    public async Task<IReadOnlyList<string>> MachinesAsync(CancellationToken cancellation) =>
    [
        .. (await _http.GetFromJsonAsync<JsonArray>("hosts", cancellation))!
            .Select(machine => machine!["name"]?.GetValue<string>() ?? "").Where(name => name.Length > 0).Order(StringComparer.Ordinal),
    ];

    /// <summary>Switches a failure on (with options) or off (without); host <c>*</c> is everybody.</summary>
    /// <exception cref="LabException">There is no such machine, or the options make no sense.</exception>
    public async Task SetFailureAsync(string host, string kind, JsonObject? options, CancellationToken cancellation)
    {
        if (host != "*")
        {
            using var known = await _http.GetAsync($"hosts/{Uri.EscapeDataString(host)}", cancellation);
            if (known.StatusCode == HttpStatusCode.NotFound)
            {
                throw new LabException(
                    $"There is no machine '{host}'; there are {string.Join(", ", await MachinesAsync(cancellation))}, and '*' for all.");
            }
        }

        var path = host == "*" ? $"failures/{kind}" : $"hosts/{Uri.EscapeDataString(host)}/failures/{kind}";
        using var answer = options is null
            ? await _http.DeleteAsync(path, cancellation)
            : await _http.PutAsJsonAsync(path, options, cancellation);
        await CheckAsync(answer, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new LabException($"The simulated Ironic refuses: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
    }
}
