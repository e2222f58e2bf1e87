using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>A request that failed, with or without an answer.</summary>
public abstract class ApiExceptionBase : Exception
{
    /// <summary>The failure of <paramref name="message"/>, in the words of <paramref name="innerException"/>.</summary>
    protected ApiExceptionBase(
        HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception innerException)
        : this(innerException?.Message ?? "", message, httpMethod, refitSettings, innerException)
    {
    }

    /// <summary>The failure of <paramref name="message"/>.</summary>
    protected ApiExceptionBase(
        string exceptionMessage, HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings)
        : this(exceptionMessage, message, httpMethod, refitSettings, null)
    {
    }

    /// <summary>The failure of <paramref name="message"/>, and its cause.</summary>
    protected ApiExceptionBase(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        RefitSettings refitSettings,
        Exception? innerException)
        : base(exceptionMessage, innerException)
    {
        RequestMessage = message;
        HttpMethod = httpMethod;
        RefitSettings = refitSettings;
    }

    /// <summary>The request's method.</summary>
    public HttpMethod HttpMethod { get; }

    /// <summary>The request.</summary>
    public HttpRequestMessage RequestMessage { get; }

    /// <summary>The settings it was made with.</summary>
    public RefitSettings RefitSettings { get; }

    /// <summary>Where it went.</summary>
    public Uri? Uri => RequestMessage.RequestUri;
}

/// <summary>A request that got no answer.</summary>
public class ApiRequestException : ApiExceptionBase
{
    /// <summary>In the words of <paramref name="innerException"/>.</summary>
    public ApiRequestException(
        HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception innerException)
        : base(message, httpMethod, refitSettings, innerException)
    {
    }

    /// <summary>In words of its own.</summary>
    public ApiRequestException(
        string exceptionMessage, HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings)
        : base(exceptionMessage, message, httpMethod, refitSettings)
    {
    }

    /// <summary>In words of its own, with its cause.</summary>
    public ApiRequestException(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        RefitSettings refitSettings,
        Exception? innerException)
        : base(exceptionMessage, message, httpMethod, refitSettings, innerException)
    {
    }
}

/// <summary>An answer that is an error, or that cannot be read.</summary>
public class ApiException : ApiExceptionBase
{
    /// <summary>An answer with that status.</summary>
    protected ApiException(
        HttpRequestMessage message,
        HttpMethod httpMethod,
        string? content,
        HttpStatusCode statusCode,
        string? reasonPhrase,
        HttpResponseHeaders headers,
        RefitSettings refitSettings,
        Exception? innerException)
        : this(
            $"Response status code does not indicate success: {(int)statusCode} ({reasonPhrase}).",
            message,
            httpMethod,
            content,
            statusCode,
            reasonPhrase,
            headers,
            refitSettings,
            innerException)
    {
    }

    /// <summary>An answer with that status, in words of its own.</summary>
    protected ApiException(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        string? content,
        HttpStatusCode statusCode,
        string? reasonPhrase,
        HttpResponseHeaders headers,
        RefitSettings refitSettings,
        Exception? innerException)
        : base(exceptionMessage, message, httpMethod, refitSettings, innerException)
    {
        Content = content;
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase;
        Headers = headers;
    }

    /// <summary>The answer's body; null if it could not be read.</summary>
    public string? Content { get; set; }

    /// <summary>Whether there is a body.</summary>
    [MemberNotNullWhen(true, nameof(Content))]
    public bool HasContent => !string.IsNullOrWhiteSpace(Content);

    /// <summary>The headers that describe the body.</summary>
    public HttpContentHeaders? ContentHeaders { get; protected set; }

    /// <summary>The answer's headers.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>The answer's reason phrase.</summary>
    public string? ReasonPhrase { get; }

    /// <summary>The answer's status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>Reads the answer's body and makes the exception.</summary>
    public static Task<ApiException> Create(
        HttpRequestMessage message, HttpMethod httpMethod, HttpResponseMessage response, RefitSettings refitSettings) =>
        Create(message, httpMethod, response, refitSettings, null);

    /// <summary>Reads the answer's body and makes the exception, with its cause.</summary>
    public static Task<ApiException> Create(
        HttpRequestMessage message,
        HttpMethod httpMethod,
        HttpResponseMessage response,
        RefitSettings refitSettings,
        Exception? innerException) =>
        Create(
            $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).",
            message,
            httpMethod,
            response,
            refitSettings,
            innerException);

    /// <summary>Reads the answer's body and makes the exception, in words of its own.</summary>
    public static Task<ApiException> Create(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        HttpResponseMessage response,
        RefitSettings refitSettings) =>
        Create(exceptionMessage, message, httpMethod, response, refitSettings, null);

    /// <summary>Reads the answer's body and makes the exception, in words of its own and with its cause.</summary>
    public static async Task<ApiException> Create(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        HttpResponseMessage response,
        RefitSettings refitSettings,
        Exception? innerException)
    {
        string? content = null;
        try
        {
            content = await ReadAsync(response.Content, refitSettings.MaxExceptionContentLength);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException
            or OperationCanceledException)
        {
            // The status is the better half of the news; a body that cannot be read must not hide it.
        }

        return new ApiException(
            exceptionMessage,
            message,
            httpMethod,
            content,
            response.StatusCode,
            response.ReasonPhrase,
            response.Headers,
            refitSettings,
            innerException)
        {
            ContentHeaders = response.Content.Headers,
        };
    }

    private static async Task<string> ReadAsync(HttpContent content, int? limit)
    {
        if (limit is not { } most)
        {
            return await content.ReadAsStringAsync();
        }

        using var reader = new StreamReader(await content.ReadAsStreamAsync());
        var buffer = new char[most];
        var length = await reader.ReadBlockAsync(buffer);
        return new string(buffer, 0, length);
    }
}
