using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <summary>Turns operations into requests; the other parts of this class list the operations by group.</summary>
public abstract partial class AbstractKubernetes
{
    public virtual TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    protected virtual MediaTypeHeaderValue GetHeader(object body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body is V1Patch patch ? patch.MediaType : MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
    }

    protected abstract Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken);

    protected abstract Task<HttpResponseMessage> SendRequest<T>(
        string relativeUri, HttpMethod method, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, T body,
        CancellationToken cancellationToken);

    internal static string Segment(string value, [CallerArgumentExpression(nameof(value))] string parameter = null) =>
        Uri.EscapeDataString(value ?? throw new ArgumentNullException(parameter));

    internal async Task<HttpOperationResponse<T>> SendAsync<T>(
        HttpMethod method, string path, object body, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken, params (string Name, object Value)[] query)
    {
        // The group "" is the core group, which lives elsewhere.
        var core = path.StartsWith("apis//", StringComparison.Ordinal) ? "api/" + path["apis//".Length..] : path;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(HttpClientTimeout);
        try
        {
            var response = await SendRequest(core + Query(query), method, customHeaders, body, patience.Token)
                .ConfigureAwait(false);
            return await CreateResultAsync<T>(response.RequestMessage, response, false, patience.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TaskCanceledException(
                $"{method} {core} did not finish within HttpClientTimeout, {HttpClientTimeout}.", new TimeoutException(e.Message, e));
        }
    }

    /// <summary>Opens a watch; only the answer's headers are waited for with the usual patience.</summary>
    internal async Task<HttpOperationResponse<object>> WatchAsync(
        string path, CancellationToken cancellationToken, params (string Name, object Value)[] query)
    {
        var core = path.StartsWith("apis//", StringComparison.Ordinal) ? "api/" + path["apis//".Length..] : path;
        var response = await SendRequest<object>(
            core + Query([.. query, ("watch", true)]), HttpMethod.Get, null, null, cancellationToken).ConfigureAwait(false);
        return new() { Request = response.RequestMessage, Response = response };
    }

    private static object Required(object value, [CallerArgumentExpression(nameof(value))] string parameter = null) =>
        value ?? throw new ArgumentNullException(parameter);

    private static string Query((string Name, object Value)[] query)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in query)
        {
            if (value is null)
            {
                continue;
            }

            var word = value is bool truth ? (truth ? "true" : "false") : value.ToString();
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(word));
        }

        return text.ToString();
    }
}
