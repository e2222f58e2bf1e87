namespace Refit;

/// <summary>Marks a method of an interface as one HTTP request; see the derived attributes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class HttpMethodAttribute(string path) : Attribute
{
    /// <summary>The request's method.</summary>
    public abstract HttpMethod Method { get; }

    /// <summary>Path below the client's base address, beginning with a slash; <c>{name}</c> stands for a parameter.</summary>
    public virtual string Path { get; protected set; } = path;
}

/// <summary>A GET request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GetAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Get;
}

/// <summary>A HEAD request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HeadAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Head;
}

/// <summary>A POST request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Post;
}

/// <summary>A PUT request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PutAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Put;
}

/// <summary>A PATCH request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PatchAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Patch;
}

/// <summary>A DELETE request.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeleteAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Delete;
}

/// <summary>The name of a parameter on the wire, where it differs from the one in C#.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class AliasAsAttribute(string name) : Attribute
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;
}

/// <summary>How a body is written.</summary>
public enum BodySerializationMethod
{
    /// <summary>Strings, streams and contents as they are, everything else by the content serializer.</summary>
    Default = 0,

    /// <summary>By the content serializer, strings included.</summary>
    Serialized = 3,
}

/// <summary>The parameter that is the request's body.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BodyAttribute : Attribute
{
    /// <summary>A body written by <see cref="BodySerializationMethod.Default"/>.</summary>
    public BodyAttribute()
    {
    }

    /// <summary>A body written by the given method.</summary>
    public BodyAttribute(BodySerializationMethod serializationMethod) => SerializationMethod = serializationMethod;

    /// <summary>How the body is written.</summary>
    public BodySerializationMethod SerializationMethod { get; } = BodySerializationMethod.Default;
}

/// <summary>A parameter that becomes a header; null leaves the header out.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeaderAttribute(string header) : Attribute
{
    /// <summary>The header's name.</summary>
    public string Header { get; } = header;
}

/// <summary>Fixed headers of a method or of a whole interface, as <c>Name: value</c>.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Method)]
public sealed class HeadersAttribute(params string[] headers) : Attribute
{
    /// <summary>The headers.</summary>
    public string[] Headers { get; } = headers ?? [];
}

/// <summary>How a list becomes part of the query.</summary>
public enum CollectionFormat
{
    /// <summary>As the parameter formatter writes the list: one value.</summary>
    RefitParameterFormatter = 0,

    /// <summary>One value with commas.</summary>
    Csv = 1,

    /// <summary>The key once for each value.</summary>
    Multi = 5,
}

/// <summary>A parameter of the query, where the default does not fit.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class QueryAttribute : Attribute
{
    /// <summary>The settings' way of writing lists.</summary>
    public QueryAttribute()
    {
    }

    /// <summary>The given way of writing lists.</summary>
    public QueryAttribute(CollectionFormat collectionFormat) => CollectionFormat = collectionFormat;

    /// <summary>How a list is written.</summary>
    public CollectionFormat CollectionFormat
    {
        get => field;
        set
        {
            field = value;
            IsCollectionFormatSpecified = true;
        }
    }

    /// <summary>Whether this attribute, and not the settings, says how a list is written.</summary>
    public bool IsCollectionFormatSpecified { get; private set; }
}
