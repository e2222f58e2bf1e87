using System.Reflection;

namespace Refit;

/// <summary>Sends a request and makes of the answer what the method returns.</summary>
internal abstract class Answer
{
    public abstract object Send(
        HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation);

    public static Answer For(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task))
        {
            return new Nothing();
        }

        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Task<>))
        {
            throw new NotSupportedException($"{method.Name} must return a Task; {type.Name} is not supported.");
        }

        var result = type.GetGenericArguments()[0];
        if (result == typeof(IApiResponse))
        {
            return new Response<HttpContent, IApiResponse>();
        }

        if (result.IsGenericType && result.GetGenericTypeDefinition() is var open
            && (open == typeof(ApiResponse<>) || open == typeof(IApiResponse<>)))
        {
            return (Answer)Activator.CreateInstance(
                typeof(Response<,>).MakeGenericType(result.GetGenericArguments()[0], result))!;
        }

        return (Answer)Activator.CreateInstance(typeof(Value<>).MakeGenericType(result))!;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            response.RequestMessage ??= request;
            return response;
        }
        catch (Exception e)
        {
            throw settings.TransportExceptionFactory(request, e, cancellation);
        }
    }

    private static async Task<T?> ReadAsync<T>(
        HttpRequestMessage request, HttpResponseMessage response, RefitSettings settings, CancellationToken cancellation)
    {
        try
        {
            if (typeof(T) == typeof(HttpContent))
            {
                return (T)(object)response.Content;
            }

            if (typeof(T) == typeof(Stream))
            {
                return (T)(object)await response.Content.ReadAsStreamAsync(cancellation);
            }

            if (typeof(T) == typeof(string))
            {
                return (T)(object)await response.Content.ReadAsStringAsync(cancellation);
            }

            return await settings.ContentSerializer.FromHttpContentAsync<T>(response.Content, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw await ApiException.Create(
                "An error occured deserializing the response.", request, request.Method, response, settings, e);
        }
    }

    private sealed class Nothing : Answer
    {
        public override object Send(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation) =>
            RunAsync(client, settings, request, cancellation);

        private static async Task RunAsync(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation)
        {
            using var response = await SendAsync(client, settings, request, cancellation);
            if (await settings.ExceptionFactory(response) is { } error)
            {
                throw error;
            }
        }
    }

    private sealed class Value<T> : Answer
    {
        public override object Send(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation) =>
            RunAsync(client, settings, request, cancellation);

        private static async Task<T> RunAsync(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation)
        {
            var response = await SendAsync(client, settings, request, cancellation);
            if (typeof(T) == typeof(HttpResponseMessage))
            {
                return (T)(object)response; // the caller reads, judges and disposes it
            }

            var keep = typeof(T) == typeof(Stream) || typeof(T) == typeof(HttpContent);
            try
            {
                if (await settings.ExceptionFactory(response) is { } error)
                {
                    keep = false;
                    throw error;
                }

                return (await ReadAsync<T>(request, response, settings, cancellation))!;
            }
            finally
            {
                if (!keep)
                {
                    response.Dispose();
                }
            }
        }
    }

    private sealed class Response<TContent, TResult> : Answer
    {
        public override object Send(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation) =>
            RunAsync(client, settings, request, cancellation);

        private static async Task<TResult> RunAsync(
            HttpClient client, RefitSettings settings, HttpRequestMessage request, CancellationToken cancellation)
        {
            HttpResponseMessage? response = null;
            TContent? content = default;
            ApiExceptionBase? error = null;
            try
            {
                response = await SendAsync(client, settings, request, cancellation);
                error = await settings.ExceptionFactory(response) as ApiExceptionBase;
                if (error is null)
                {
                    content = await ReadAsync<TContent>(request, response, settings, cancellation);
                }
            }
            catch (ApiExceptionBase e)
            {
                error = e;
            }

            return (TResult)(object)new ApiResponse<TContent>(request, response, content, settings, error);
        }
    }
}
