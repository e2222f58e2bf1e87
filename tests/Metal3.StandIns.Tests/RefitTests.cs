using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Refit;

namespace Metal3.StandIns.Tests;

/// <summary>What the product asks of Refit, over a transport that remembers; true of stand-in and package alike.</summary>
public sealed class RefitTests : IDisposable
{
    private readonly Remembering _wire = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Every attribute and kind of parameter that the product uses.</summary>
    [Headers("Accept: application/json", "X-Both: interface")]
    public interface IThings
    {
        [Get("/things/{id}")]
        Task<IApiResponse<Thing>> GetAsync(string id, CancellationToken cancellationToken);

        [Get("/things")]
        Task<IApiResponse<Thing>> ListAsync(
            [Query(CollectionFormat.Csv)] IReadOnlyList<string>? fields, int limit, string? marker, [AliasAs("node_uuid")] string? node, CancellationToken cancellationToken);

        [Get("/multi")]
        Task<IApiResponse> MultiAsync([Query(CollectionFormat.Multi)] IReadOnlyList<string> of);

        [Get("/plain")]
        [Headers("X-Both: method", "X-Own: 1")]
        Task<IApiResponse> HeadersAsync([Header("X-Late")] string? late, [Header("X-Own")] string? own);

        [Post("/things")]
        Task<IApiResponse<Thing>> CreateAsync([Body] Thing thing, CancellationToken cancellationToken);

        [Put("/things/{id}/states/{state}")]
        Task<IApiResponse> PutAsync(string id, [AliasAs("state")] string word, [Body] Thing thing);

        [Patch("/things/{id}")]
        Task<IApiResponse<Thing>> PatchAsync(string id, [Body] IReadOnlyList<Thing> patch);

        [Delete("/things/{id}")]
        Task<IApiResponse> DeleteAsync(string id);

        [Head("/things/{id}")]
        Task<IApiResponse> HeadAsync(string id);

        [Post("/text")]
        Task TextAsync([Body] string text);

        [Get("/value")]
        Task<Thing> ValueAsync();

        [Get("/value")]
        Task<string> StringAsync();

        [Get("/value")]
        Task<ApiResponse<Thing>> ConcreteAsync();
    }

    public interface IHasNoVerb
    {
        Task NothingAsync();
    }

    public interface IHasNoSlash
    {
        [Get("things")]
        Task NothingAsync();
    }

    public interface ILacksAParameter
    {
        [Get("/things/{id}")]
        Task NothingAsync(string other);
    }

    [Fact]
    public async Task A_path_is_below_the_base_address_and_its_parameters_are_escaped()
    {
        using var answer = await Things("http://host.example/v1/").GetAsync("a/b c?d#e~ü", Cancellation);

        Assert.Equal("GET http://host.example/v1/things/a%2Fb%20c%3Fd%23e~%C3%BC", _wire.Line);
        Assert.Equal("one", answer.Content!.Name);
    }

    [Fact]
    public async Task Lists_are_joined_or_repeated_and_what_is_null_is_left_out()
    {
        using var full = await Things().ListAsync(["uuid", "name"], 1000, "m&n", "n1", Cancellation);
        var line = _wire.Line;
        using var bare = await Things().ListAsync(null, 5, null, null, Cancellation);
        var without = _wire.Line;
        using var multi = await Things().MultiAsync(["a", "b"]);

        Assert.Equal("GET http://host.example/things?fields=uuid%2Cname&limit=1000&marker=m%26n&node_uuid=n1", line);
        Assert.Equal("GET http://host.example/things?limit=5", without);
        Assert.Equal("GET http://host.example/multi?of=a&of=b", _wire.Line);
    }

    [Fact]
    public async Task The_last_word_on_a_header_wins_and_null_takes_it_away()
    {
        using var answer = await Things().HeadersAsync("now", null);

        Assert.Equal("application/json", _wire.Header("Accept"));
        Assert.Equal("method", _wire.Header("X-Both"));
        Assert.Equal("now", _wire.Header("X-Late"));
        Assert.Null(_wire.Header("X-Own"));
    }

    [Fact]
    public async Task Bodies_are_JSON_by_the_settings_serializer_and_verbs_are_the_attributes()
    {
        var things = Things(settings: new RefitSettings(new SystemTextJsonContentSerializer(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        })));
        var thing = new Thing { Name = "x", LongName = "y" };

        using var created = await things.CreateAsync(thing, Cancellation);
        var post = (_wire.Line, _wire.Body, _wire.ContentType);
        using var put = await things.PutAsync("1", "power", thing);
        var line = _wire.Line;
        using var patched = await things.PatchAsync("1", [thing]);
        var patch = (_wire.Line, _wire.Body);
        using var deleted = await things.DeleteAsync("1");
        var delete = _wire.Line;
        using var head = await things.HeadAsync("1");
        var heads = _wire.Line;
        await things.TextAsync("as it is");

        Assert.Equal(("POST http://host.example/things", """{"name":"x","long_name":"y"}""", "application/json"), post);
        Assert.Equal("PUT http://host.example/things/1/states/power", line);
        Assert.Equal(("PATCH http://host.example/things/1", """[{"name":"x","long_name":"y"}]"""), patch);
        Assert.Equal(("DELETE http://host.example/things/1", "HEAD http://host.example/things/1"), (delete, heads));
        Assert.Equal(("as it is", "text/plain"), (_wire.Body, _wire.ContentType));
    }

    [Fact]
    public async Task Without_settings_names_are_matched_in_any_case()
    {
        _wire.Answer = () => Json("""{"NAME":"loud"}""");

        Assert.Equal("loud", (await Things().ValueAsync()).Name);
        Assert.Equal("""{"NAME":"loud"}""", await Things().StringAsync());
        using var whole = await Things().ConcreteAsync();
        Assert.Equal((true, true, true), (whole.IsSuccessful, whole.HasContent, whole.IsSuccessfulWithContent));
    }

    [Fact]
    public async Task An_error_is_an_answer_where_an_answer_is_asked_for_and_an_exception_elsewhere()
    {
        _wire.Answer = () => new(HttpStatusCode.Conflict) { Content = new StringContent("locked"), ReasonPhrase = "Conflict" };

        using var answer = await Things().GetAsync("1", Cancellation);
        var thrown = await Assert.ThrowsAsync<ApiException>(() => Things().ValueAsync());

        Assert.Equal((HttpStatusCode.Conflict, false, false, true), (answer.StatusCode, answer.IsSuccessStatusCode, answer.IsSuccessful, answer.IsReceived));
        Assert.True(answer.HasResponseError(out var error));
        Assert.False(answer.HasRequestError(out _));
        Assert.Equal(("locked", HttpStatusCode.Conflict, HttpMethod.Get), (error.Content, error.StatusCode, error.HttpMethod));
        Assert.Null(answer.Content);
        Assert.Equal("Response status code does not indicate success: 409 (Conflict).", thrown.Message);
        Assert.Equal("/value", thrown.Uri!.AbsolutePath);
    }

    [Fact]
    public async Task An_error_body_is_kept_only_so_far_as_the_settings_say()
    {
        _wire.Answer = () => new(HttpStatusCode.BadRequest) { Content = new StringContent("0123456789") };

        using var answer = await Things(settings: new RefitSettings { MaxExceptionContentLength = 4 }).GetAsync("1", Cancellation);

        Assert.True(answer.HasResponseError(out var error));
        Assert.Equal("0123", error.Content);
    }

    [Theory]
    [InlineData("{\"name\":")]
    [InlineData("<html>")]
    [InlineData("[]")]
    public async Task A_success_that_cannot_be_read_is_a_response_error_with_the_cause(string body)
    {
        _wire.Answer = () => Json(body);

        using var answer = await Things().GetAsync("1", Cancellation);

        Assert.True(answer.HasResponseError(out var error));
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.IsType<JsonException>(error.InnerException);
        Assert.False(answer.IsSuccessful);
    }

    [Fact]
    public async Task No_answer_is_a_request_error_with_the_cause()
    {
        _wire.Answer = () => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");

        using var answer = await Things().GetAsync("1", Cancellation);
        var thrown = await Assert.ThrowsAsync<ApiRequestException>(() => Things().ValueAsync());

        Assert.True(answer.HasRequestError(out var error));
        Assert.Equal((false, null), (answer.IsReceived, answer.StatusCode));
        Assert.Equal(HttpRequestError.ConnectionError, Assert.IsType<HttpRequestException>(error.InnerException).HttpRequestError);
        Assert.IsType<HttpRequestException>(thrown.InnerException);
    }

    [Fact]
    public async Task A_cancelled_call_says_so()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        using var answer = await Things().GetAsync("1", stop.Token);

        Assert.True(answer.HasRequestError(out var error));
        Assert.IsType<OperationCanceledException>(error.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task An_interface_that_is_no_client_is_refused_when_it_is_made()
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://host.example") };

        await Assert.ThrowsAsync<ArgumentException>(() => RestService.For<IHasNoVerb>(http).NothingAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => RestService.For<IHasNoSlash>(http).NothingAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => RestService.For<ILacksAParameter>(http).NothingAsync("x"));
    }

    [Fact]
    public async Task A_client_in_a_container_has_the_settings_handler_and_the_builders_address()
    {
        var services = new ServiceCollection();
        services.AddRefitClient<IThings>(new RefitSettings { HttpMessageHandlerFactory = () => _wire })
            .ConfigureHttpClient(client => client.BaseAddress = new Uri("http://container.example/v1"));
        await using var provider = services.BuildServiceProvider();

        using var answer = await provider.GetRequiredService<IThings>().GetAsync("1", Cancellation);

        Assert.Equal("GET http://container.example/v1/things/1", _wire.Line);
    }

    public void Dispose() => _wire.Dispose();

    private IThings Things(string address = "http://host.example", RefitSettings? settings = null) =>
        RestService.For<IThings>(new HttpClient(_wire, disposeHandler: false) { BaseAddress = new Uri(address.TrimEnd('/')) }, settings);

    private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    public sealed record Thing
    {
        public string? Name { get; init; }

        public string? LongName { get; init; }
    }

    private sealed class Remembering : HttpMessageHandler
    {
        private HttpRequestMessage? _last;

        public Func<HttpResponseMessage> Answer { get; set; } = () => Json("""{"name":"one"}""");

        public string Line => $"{_last!.Method} {_last.RequestUri!.AbsoluteUri}";

        public string? Body { get; private set; }

        public string? ContentType { get; private set; }

        public string? Header(string name) => _last!.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _last = request;
            Body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
            ContentType = request.Content?.Headers.ContentType?.MediaType;
            return Answer();
        }
    }
}
