using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>What came of a request: an answer or an error.</summary>
public interface IApiResponse : IDisposable
{
    /// <summary>Why it failed; null for a success.</summary>
    ApiExceptionBase? Error { get; }

    /// <summary>The headers that describe the body; null without an answer.</summary>
    HttpContentHeaders? ContentHeaders { get; }

    /// <summary>The request.</summary>
    HttpRequestMessage? RequestMessage { get; }

    /// <summary>The answer's headers; null without an answer.</summary>
    HttpResponseHeaders? Headers { get; }

    /// <summary>The answer's status; null without an answer.</summary>
    HttpStatusCode? StatusCode { get; }

    /// <summary>The answer's HTTP version; null without an answer.</summary>
    Version? Version { get; }

    /// <summary>Whether there was an answer.</summary>
    bool IsReceived { get; }

    /// <summary>Whether the answer's status says success.</summary>
    bool IsSuccessStatusCode { get; }

    /// <summary>Whether the status says success and the body could be read.</summary>
    bool IsSuccessful { get; }

    /// <summary>The answer's reason phrase.</summary>
    string? ReasonPhrase { get; }

    /// <summary>Whether the request got no answer.</summary>
    bool HasRequestError([NotNullWhen(true)] out ApiRequestException? error);

    /// <summary>Whether the answer is an error.</summary>
    bool HasResponseError([NotNullWhen(true)] out ApiException? error);
}

/// <summary>What came of a request that answers with a <typeparamref name="T"/>.</summary>
public interface IApiResponse<out T> : IApiResponse
{
    /// <summary>The answer's body.</summary>
    T? Content { get; }

    /// <summary>Whether there is a body.</summary>
    bool HasContent { get; }

    /// <summary>Whether the status says success and there is a body.</summary>
    bool IsSuccessfulWithContent { get; }
}

/// <summary>What came of a request that answers with a <typeparamref name="T"/>.</summary>
public sealed class ApiResponse<T>(
    HttpRequestMessage request,
    HttpResponseMessage? response,
    T? content,
    RefitSettings settings,
    ApiExceptionBase? error = null) : IApiResponse<T>
{
    /// <inheritdoc/>
    public ApiExceptionBase? Error { get; } = error;

    /// <inheritdoc/>
    public T? Content { get; } = content;

    /// <summary>The settings of the request.</summary>
    public RefitSettings Settings { get; } = settings;

    /// <inheritdoc/>
    public HttpContentHeaders? ContentHeaders => response?.Content.Headers;

    /// <inheritdoc/>
    public HttpRequestMessage RequestMessage { get; } = request;

    /// <inheritdoc/>
    public HttpResponseHeaders? Headers => response?.Headers;

    /// <inheritdoc/>
    public HttpStatusCode? StatusCode => response?.StatusCode;

    /// <inheritdoc/>
    public Version? Version => response?.Version;

    /// <inheritdoc/>
    public bool HasContent => Content is not null;

    /// <inheritdoc/>
    public bool IsReceived => response is not null;

    /// <inheritdoc/>
    public bool IsSuccessStatusCode => response?.IsSuccessStatusCode ?? false;

    /// <inheritdoc/>
    public bool IsSuccessful => IsSuccessStatusCode && Error is null;

    /// <inheritdoc/>
    public bool IsSuccessfulWithContent => IsSuccessful && HasContent;

    /// <inheritdoc/>
    public string? ReasonPhrase => response?.ReasonPhrase;

    /// <inheritdoc/>
    public bool HasRequestError([NotNullWhen(true)] out ApiRequestException? error)
    {
        error = Error as ApiRequestException;
        return error is not null;
    }

    /// <inheritdoc/>
    public bool HasResponseError([NotNullWhen(true)] out ApiException? error)
    {
        error = Error as ApiException;
        return error is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => response?.Dispose();
}
