using System.Text;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Load.Tests;

/// <summary>What other programs answer is read without trust: whatever comes, no parser of the generator throws.</summary>
public sealed class NonsenseTests(ITestOutputHelper output)
{
    private const int Rounds = 5_000;
    private const int Seed = 20261122;
    private static readonly Uri Endpoint = new("https://media.example/whip/7");

    [Fact]
    public void A_location_is_never_trusted_with_our_token_and_never_throws()
    {
        Mutate("https://media.example/whip/7/session?x=1#f", text =>
        {
            if (WhipLocation.TryResolve(Endpoint, text, out var resource))
                Assert.Equal("media.example", resource!.Authority);
        });
    }

    [Fact]
    public void Messages_of_Janus_never_throw()
    {
        Mutate("""{"janus":"event","transaction":"1","plugindata":{"data":{"error_code":428,"error":"No such feed"}},"jsep":{"sdp":"v=0"},"error":{"code":1,"reason":"x"},"data":{"id":12}}""", text =>
        {
            if (!JanusMessage.TryParse(Encoding.UTF8.GetBytes(text), out var message))
                return;
            _ = JanusMessage.Number(JanusMessage.Child(message!.Content, "data"), "id");
            _ = JanusMessage.Text(JanusMessage.Child(message.Content, "jsep"), "sdp");
        });
    }

    [Fact]
    public void Descriptions_never_throw() => Mutate(TurnedOfferTests.JanusOffer, text =>
    {
        _ = TurnedOffer.TryTurn(text, TurnedOfferTests.OurOffer, out _);
        _ = TurnedOffer.TryTurn(TurnedOfferTests.JanusOffer, text, out _);
    });

    [Fact]
    public void What_proc_holds_never_throws() => Mutate("123 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\nVmRSS:\t  2048 kB\n", text =>
    {
        _ = ProcessUsage.TryParseStat(text, out _);
        _ = ProcessUsage.TryParseStatus(text, out _);
    });

    [Fact]
    public void Arguments_and_templates_never_throw() => Mutate("whip --whip http://h/{call}-{role} --whep http://h/{other} --calls 1,2 --seconds 3", text =>
    {
        _ = LoadArguments.TryParse(text.Split(' '), out _, out _);
        _ = WhipTemplates.TryFill(text, 1, Roles.Agent, out _);
    });

    [Fact]
    public void A_broken_cache_is_made_anew_and_never_throws()
    {
        var clip = new Clip("VP8", 90_000, 3000, [new ClipFrame(true, [[1, 2, 3], [4]]), new ClipFrame(false, [[5, 6]])]);
        var file = ClipFile.Write(clip);
        Assert.True(ClipFile.TryRead(file, out var read));
        Assert.Equal(clip.Frames.SelectMany(f => f.Payloads), read!.Frames.SelectMany(f => f.Payloads));
        var random = Seeded();
        for (var i = 0; i < Rounds; i++)
        {
            var broken = file[..random.Next(file.Length + 1)];
            if (broken.Length > 0)
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            _ = ClipFile.TryRead(broken, out _);
        }
    }

    private void Mutate(string text, Action<string> read)
    {
        var random = Seeded();
        for (var i = 0; i < Rounds; i++)
        {
            var characters = text.ToList();
            for (var edits = random.Next(1, 8); edits > 0 && characters.Count > 0; edits--)
            {
                var at = random.Next(characters.Count);
                switch (random.Next(4))
                {
                    case 0:
                        characters[at] = (char)random.Next(1, 256);
                        break;
                    case 1:
                        characters.RemoveAt(at);
                        break;
                    case 2:
                        characters.InsertRange(at, characters.GetRange(at, Math.Min(characters.Count - at, random.Next(20))));
                        break;
                    default:
                        characters.RemoveRange(at, Math.Min(characters.Count - at, random.Next(40)));
                        break;
                }
            }

            read(new string([.. characters]));
        }
    }

    private Random Seeded()
    {
        output.WriteLine($"seed {Seed}");
        return new Random(Seed);
    }
}
