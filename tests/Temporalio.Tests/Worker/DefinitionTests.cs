using Temporalio.Activities;
using Temporalio.Workflows;

namespace Temporalio.Tests.Worker;

public sealed class DefinitionTests
{
    [Fact]
    public void Names_come_from_attributes_types_and_methods()
    {
        var definition = WorkflowDefinition.Create<ILamp>();

        Assert.Equal("Lamp", definition.Name);
        Assert.False(definition.Instantiable);
        Assert.Equal(["Dim", "off"], definition.Signals.Keys.Order());
        Assert.Equal(["BrightnessAsync", "Color"], definition.Queries.Keys.Order());
        Assert.Equal(["Switch"], definition.Updates.Keys);
    }

    [Theory]
    [InlineData(typeof(NoAttribute), "missing Workflow attribute")]
    [InlineData(typeof(NoRun), "does not have a valid WorkflowRun method")]
    [InlineData(typeof(TwoRuns), "WorkflowRun on multiple methods")]
    [InlineData(typeof(InheritedRun), "must be declared on")]
    [InlineData(typeof(VoidRun), "must return an instance of Task")]
    [InlineData(typeof(WrongInit), "must have the same parameters as its WorkflowRun method")]
    [InlineData(typeof(SignalWithResult), "must return Task")]
    [InlineData(typeof(VoidQuery), "must return a value")]
    [InlineData(typeof(TaskQuery), "cannot return a Task")]
    [InlineData(typeof(LostValidator), "is not an update method")]
    [InlineData(typeof(WrongValidator), "must have the same parameters")]
    [InlineData(typeof(ReservedName), "reserved name")]
    [InlineData(typeof(TwoOfOneName), "more than one signal named Same")]
    [InlineData(typeof(PrivateSignal), "must be public")]
    public void What_cannot_be_a_workflow_says_why(Type type, string why)
    {
        var wrong = Assert.Throws<AggregateException>(() => WorkflowDefinition.Create(type));

        Assert.Contains(wrong.InnerExceptions, one => one.Message.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Activities_are_named_after_their_methods()
    {
        Assert.Equal("Light", ActivityDefinition.Create(LightAsync).Name);
        Assert.Equal("given", ActivityDefinition.Create(Named).Name);
        Assert.Equal("Local", ActivityDefinition.Create(LocalAsync).Name);

        [Activity]
        static Task LocalAsync() => Task.CompletedTask;
    }

    [Fact]
    public void What_cannot_be_an_activity_says_why()
    {
        Assert.Contains("missing Activity attribute", Assert.Throws<ArgumentException>(
            () => ActivityDefinition.Create(string () => "")).Message, StringComparison.Ordinal);
        Assert.Contains("lambda", Assert.Throws<ArgumentException>(
            () => ActivityDefinition.Create([Activity] () => "")).Message, StringComparison.Ordinal);
        Assert.Contains("No activities", Assert.Throws<ArgumentException>(
            () => ActivityDefinition.CreateAll<object>(new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activitys_result_is_unwrapped()
    {
        Assert.Equal(3, await ActivityDefinition.Create([Activity("a")] (int one, int two) => one + two).InvokeAsync([1, 2]));
        Assert.Equal("x", await ActivityDefinition.Create([Activity("a")] async (string text) => text).InvokeAsync(["x"]));
        Assert.IsType<ValueTuple>(await ActivityDefinition.Create([Activity("a")] async () => await Task.Yield()).InvokeAsync([]));
        Assert.IsType<ValueTuple>(await ActivityDefinition.Create([Activity("a")] () => { }).InvokeAsync([]));
    }

    [Fact]
    public void Outside_of_a_workflow_there_is_none()
    {
        Assert.False(Workflow.InWorkflow);
        Assert.Throws<InvalidOperationException>(() => Workflow.UtcNow);
        Assert.Throws<InvalidOperationException>(() => { _ = Workflow.DelayAsync(1); });
    }

    [Activity]
    internal static Task<int> LightAsync() => Task.FromResult(1);

    [Activity("given")]
    internal static void Named()
    {
    }

    [Workflow]
    public interface ILamp
    {
        [WorkflowQuery]
        string Color { get; }

        [WorkflowRun]
        Task RunAsync();

        [WorkflowSignal]
        Task DimAsync();

        [WorkflowSignal("off")]
        Task SwitchOffAsync();

        [WorkflowQuery]
        int BrightnessAsync();

        [WorkflowUpdate]
        Task<bool> SwitchAsync(bool on);
    }

    public class NoAttribute
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class NoRun;

    [Workflow]
    public class TwoRuns
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowRun]
        public Task RunTooAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class InheritedRun : NoAttribute;

    [Workflow]
    public class VoidRun
    {
        [WorkflowRun]
        public void Run()
        {
        }
    }

    [Workflow]
    public class WrongInit
    {
        [WorkflowInit]
        public WrongInit(int number) => _ = number;

        [WorkflowRun]
        public Task RunAsync(string text) => Task.CompletedTask;
    }

    [Workflow]
    public class SignalWithResult : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public Task<int> SignalAsync() => Task.FromResult(1);
    }

    [Workflow]
    public class VoidQuery : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowQuery]
        public void Query()
        {
        }
    }

    [Workflow]
    public class TaskQuery : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowQuery]
        public Task<int> Query() => Task.FromResult(1);
    }

    [Workflow]
    public class LostValidator : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowUpdateValidator("Nothing")]
        public void Validate()
        {
        }
    }

    [Workflow]
    public class WrongValidator : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowUpdate]
        public Task UpdateAsync(int number) => Task.CompletedTask;

        [WorkflowUpdateValidator(nameof(UpdateAsync))]
        public void Validate(string text)
        {
        }
    }

    [Workflow]
    public class ReservedName : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal("__temporal_mine")]
        public Task SignalAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class TwoOfOneName : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal("Same")]
        public Task OneAsync() => Task.CompletedTask;

        [WorkflowSignal("Same")]
        public Task TwoAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class PrivateSignal : Base
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        internal Task SignalAsync() => Task.CompletedTask;
    }

    public class Base;
}
