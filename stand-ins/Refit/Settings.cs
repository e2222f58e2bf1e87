using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Refit;

/// <summary>Reads and writes bodies.</summary>
public interface IHttpContentSerializer
{
    /// <summary>The body for <paramref name="item"/>.</summary>
    HttpContent ToHttpContent<T>(T item);

    /// <summary>The object in a body.</summary>
    Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default);

    /// <summary>The name on the wire that the serializer's own attributes give a property; null if none does.</summary>
    string? GetFieldNameForProperty(PropertyInfo propertyInfo);
}

/// <summary>Turns a parameter into text for path or query.</summary>
public interface IUrlParameterFormatter
{
    /// <summary>The text, not yet escaped; null leaves the parameter out.</summary>
    string? Format(object? value, ICustomAttributeProvider attributeProvider, Type type);
}

/// <summary>Invariant text of a value.</summary>
public class DefaultUrlParameterFormatter : IUrlParameterFormatter
{
    /// <inheritdoc/>
    public virtual string? Format(object? value, ICustomAttributeProvider attributeProvider, Type type) =>
        value is null ? null : string.Format(CultureInfo.InvariantCulture, "{0}", value);
}

/// <summary>How requests are made and answers are read.</summary>
public class RefitSettings
{
    /// <summary>JSON by System.Text.Json, with its web defaults.</summary>
    public RefitSettings()
        : this(new SystemTextJsonContentSerializer())
    {
    }

    /// <summary>Bodies by the given serializer.</summary>
    public RefitSettings(IHttpContentSerializer contentSerializer)
    {
        ContentSerializer = contentSerializer ?? throw new ArgumentNullException(nameof(contentSerializer));
        ExceptionFactory = async response => response.IsSuccessStatusCode
            ? null
            : await ApiException.Create(response.RequestMessage!, response.RequestMessage!.Method, response, this);
        TransportExceptionFactory = (request, exception, _) =>
            new ApiRequestException(request, request.Method, this, exception);
    }

    /// <summary>Reads and writes bodies.</summary>
    public IHttpContentSerializer ContentSerializer { get; set; }

    /// <summary>Turns parameters into text.</summary>
    public IUrlParameterFormatter UrlParameterFormatter { get; set; } = new DefaultUrlParameterFormatter();

    /// <summary>How lists in the query are written where the parameter does not say.</summary>
    public CollectionFormat CollectionFormat { get; set; }

    /// <summary>Says whether an answer is an error, and which.</summary>
    public Func<HttpResponseMessage, ValueTask<Exception?>> ExceptionFactory { get; set; }

    /// <summary>The exception for a request that got no answer.</summary>
    public Func<HttpRequestMessage, Exception, CancellationToken, Exception> TransportExceptionFactory { get; set; }

    /// <summary>Makes the handler of clients that <see cref="RestService"/> creates itself.</summary>
    public Func<HttpMessageHandler>? HttpMessageHandlerFactory { get; set; }

    /// <summary>At most so many characters of a failed answer are kept; null keeps all.</summary>
    public int? MaxExceptionContentLength { get; set; }

    internal string? Text(object? value, ParameterInfo parameter)
    {
        if (value is null)
        {
            return null;
        }

        return UrlParameterFormatter.Format(value, parameter, parameter.ParameterType);
    }

    internal IEnumerable<string> Texts(IEnumerable values, ParameterInfo parameter)
    {
        foreach (var value in values)
        {
            if (Text(value, parameter) is { } text)
            {
                yield return text;
            }
        }
    }
}
