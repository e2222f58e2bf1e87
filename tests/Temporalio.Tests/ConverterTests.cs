using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Tests;

public class ConverterTests
{
    private static readonly IPayloadConverter Converter = DataConverter.Default.PayloadConverter;

    [Theory]
    [InlineData(null, "binary/null", "")]
    [InlineData("text", "json/plain", "\"text\"")]
    [InlineData(42, "json/plain", "42")]
    [InlineData(true, "json/plain", "true")]
    public void A_value_is_written_as_every_SDK_writes_it(object? value, string encoding, string data)
    {
        var payload = Converter.ToPayload(value);

        Assert.Equal(encoding, payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal(data, payload.Data.ToStringUtf8());
    }

    [Fact]
    public void Bytes_are_written_as_they_are()
    {
        var payload = Converter.ToPayload(new byte[] { 1, 2, 3 });

        Assert.Equal("binary/plain", payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal(new byte[] { 1, 2, 3 }, Converter.ToValue<byte[]>(payload));
    }

    [Fact]
    public void A_message_is_written_as_JSON_and_read_from_JSON_and_bytes()
    {
        var message = new WorkflowType { Name = "some" };
        var binary = new Payload
        {
            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("binary/protobuf") },
            Data = message.ToByteString(),
        };

        var payload = Converter.ToPayload(message);

        Assert.Equal("json/protobuf", payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal("temporal.api.common.v1.WorkflowType", payload.Metadata["messageType"].ToStringUtf8());
        Assert.Equal(message, Converter.ToValue<WorkflowType>(payload));
        Assert.Equal(message, Converter.ToValue<WorkflowType>(binary));
    }

    [Fact]
    public void Anything_can_be_read_as_nothing()
    {
        Assert.Equal(default, Converter.ToValue<ValueTuple>(new Payload()));
    }

    [Fact]
    public void Null_is_no_number()
    {
        Assert.Throws<ArgumentException>(() => Converter.ToValue<int>(Converter.ToPayload(null)));
        Assert.Null(Converter.ToValue<int?>(Converter.ToPayload(null)));
    }

    [Fact]
    public void A_payload_of_no_or_unknown_encoding_is_refused()
    {
        var odd = new Payload { Metadata = { ["encoding"] = ByteString.CopyFromUtf8("odd") } };

        Assert.Throws<KeyNotFoundException>(() => Converter.ToValue<string>(new Payload()));
        Assert.Equal("Unknown payload encoding odd", Assert.Throws<ArgumentException>(() => Converter.ToValue<string>(odd)).Message);
    }

    [Fact]
    public void A_raw_value_keeps_its_payload_both_ways()
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8("anything") };

        Assert.Same(payload, Converter.ToPayload(new RawValue(payload)));
        Assert.Same(payload, Converter.ToValue<IRawValue>(payload).Payload);
    }

    [Fact]
    public async Task Encoded_attributes_hide_message_and_stack_of_the_whole_chain_and_come_back()
    {
        var converter = DataConverter.Default with { FailureConverter = new DefaultFailureConverter.WithEncodedCommonAttributes() };
        var exception = new ApplicationFailureException("outer secret", new ApplicationFailureException("inner secret"));

        var failure = await converter.ToFailureAsync(exception);

        Assert.DoesNotContain("secret", failure.Message + failure.Cause.Message, StringComparison.Ordinal);
        Assert.Equal("Encoded failure", failure.Message);
        var back = await converter.ToExceptionAsync(failure);
        Assert.Equal(("outer secret", "inner secret"), (back.Message, back.InnerException!.Message));
    }

    [Fact]
    public async Task A_failure_from_the_wire_is_sent_on_unchanged()
    {
        var failure = new Api.Failure.V1.Failure
        {
            Message = "m",
            Source = "JavaSDK",
            StackTrace = "at far.away",
            ActivityFailureInfo = new() { ActivityId = "7" },
            Cause = new() { Message = "c", TimeoutFailureInfo = new() { TimeoutType = Api.Enums.V1.TimeoutType.Heartbeat } },
        };

        var exception = await DataConverter.Default.ToExceptionAsync(failure);

        Assert.Equal("7", Assert.IsType<ActivityFailureException>(exception).ActivityId);
        Assert.IsType<TimeoutFailureException>(exception.InnerException);
        Assert.Equal("at far.away", exception.StackTrace);
        Assert.Equal(failure, await DataConverter.Default.ToFailureAsync(exception));
    }

    [Fact]
    public void Search_attributes_come_back_from_their_own_wire_form()
    {
        var time = DateTimeOffset.UtcNow;
        var all = new SearchAttributeCollection.Builder()
            .Set(SearchAttributeKey.CreateKeyword("k"), "v").Set(SearchAttributeKey.CreateLong("l"), long.MaxValue)
            .Set(SearchAttributeKey.CreateDouble("d"), 0.1).Set(SearchAttributeKey.CreateBool("b"), false)
            .Set(SearchAttributeKey.CreateDateTimeOffset("t"), time).Set(SearchAttributeKey.CreateText("x"), "words")
            .Set(SearchAttributeKey.CreateKeywordList("ks"), ["a", "b"]).ToSearchAttributeCollection();

        var back = SearchAttributeCollection.FromProto(all.ToProto());

        Assert.Equal(all.Count, back.Count);
        Assert.Equal(time, back.Get(SearchAttributeKey.CreateDateTimeOffset("t")));
        Assert.Equal(long.MaxValue, back.Get(SearchAttributeKey.CreateLong("l")));
        Assert.Equal(["a", "b"], back.Get(SearchAttributeKey.CreateKeywordList("ks")));
        Assert.Throws<KeyNotFoundException>(() => back.Get(SearchAttributeKey.CreateText("k")));
    }

    [Fact]
    public void A_search_attribute_without_a_type_is_refused_by_name()
    {
        var untyped = new SearchAttributes { IndexedFields = { ["odd"] = new() { Data = ByteString.CopyFromUtf8("1") } } };

        var e = Assert.Throws<ArgumentException>(() => SearchAttributeCollection.FromProto(untyped));

        Assert.Contains("odd", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_generator_gives_the_words_that_the_official_core_gives()
    {
        var random = new DeterministicRandom(12345);
        var words = new byte[32];

        random.NextBytes(words);

        Assert.Equal(
            [7295389505526873861UL, 598681583012779491UL, 18394690673534831022UL, 18271677649804715480UL],
            Enumerable.Range(0, 4).Select(i => BitConverter.ToUInt64(words, i * 8)));
    }

    [Fact]
    public void A_history_with_short_enum_names_is_read_as_the_one_with_full_names()
    {
        const string Short = """{"events":[{"eventId":"1","eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":{"taskQueue":{"name":"q","kind":"Normal"},"novelty":1}}]}""";
        const string Full = """{"events":[{"eventId":"1","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED","workflowExecutionStartedEventAttributes":{"taskQueue":{"name":"q","kind":"TASK_QUEUE_KIND_NORMAL"}}}]}""";

        Assert.Equal(WorkflowHistory.FromJson("id", Full).Events, WorkflowHistory.FromJson("id", Short).Events);
        Assert.Throws<ArgumentException>(() => WorkflowHistory.FromJson("id", "no history"));
    }
}
