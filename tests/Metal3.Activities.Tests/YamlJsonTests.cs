using Metal3.Activities.Provisioning;

namespace Metal3.Activities.Tests;

public sealed class YamlJsonTests
{
    [Theory]
    [InlineData("a: 1\nb: [x, 2.5, true, null]", """{"a":1,"b":["x",2.5,true,null]}""")]
    [InlineData("""{"links": [{"id": "e0", "mtu": 1500}]}""", """{"links":[{"id":"e0","mtu":1500}]}""")]
    [InlineData("quoted: \"1\"\nplain: yes\nempty:", """{"quoted":"1","plain":true,"empty":null}""")]
    [InlineData("base: &x {k: v}\nsame: *x", """{"base":{"k":"v"},"same":{"k":"v"}}""")]
    [InlineData("text: |\n  two\n  lines\n", """{"text":"two\nlines\n"}""")]
    public void One_object_of_YAML_or_JSON_becomes_JSON(string text, string json)
    {
        Assert.True(YamlJson.TryParse(text, out var found));
        Assert.Equal(json, found.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a list")]
    [InlineData("just text")]
    [InlineData("a: [")]
    [InlineData("{a: 1")]
    [InlineData("? [complex]\n: key")]
    [InlineData("a: *nowhere")]
    public void Anything_else_is_refused_without_an_exception(string text) => Assert.False(YamlJson.TryParse(text, out _));

    [Fact]
    public void What_is_nested_without_end_is_refused() =>
        Assert.False(YamlJson.TryParse("a: " + new string('[', 500) + new string(']', 500), out _));
}
