using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.BuyerEntry.Public;

/// <summary>
/// The notice a buyer agrees to. Its version changes whenever a word of it does; the journal states the version and the
/// SHA-256 of the text that was read.
/// </summary>
internal sealed class ConsentNotices(IOptions<CallOptions> options)
{
    public const string Version = "2026-11-1";

    public ConsentNotice Current { get; } = Build(options.Value.ShopName, options.Value.RetentionDays);

    public static bool IsLanguage(string language) => language is "zh-CN" or "en";

    /// <summary>What is written down about a consent given now in this language.</summary>
    public ConsentRecord Record(string language, DateTimeOffset at) =>
        new(Version, language, Ids.Sha256((language == "zh-CN" ? Current.Zh : Current.En).FullText), at);

    private static ConsentNotice Build(string shop, int days) => new(Version, days, Chinese(shop, days), English(shop, days));

    private static ConsentText Chinese(string shop, int days) => new(
        "这次视频通话会被录制",
        [
            $"谁在联系您：{shop}的售后客服，为处理您的这笔订单。",
            "录制什么：您同意之后的双方画面和声音，以及通话中拍下的照片。您同意之前不会录制任何内容。",
            "用来做什么：看清商品问题、作出处理决定；若有争议，作为双方都能核对的凭证。不用于广告，也不用于训练模型。",
            $"保存多久：{days} 天，之后删除；若存在争议，保存到争议结束。",
            "您的权利：可随时挂断、关闭摄像头或静音；可要求查看、获得副本或删除；可随时撤回同意，撤回后立即停止录制。",
            "不想被录制？可以改为发送照片，处理结果不会因此变差。",
        ],
        $"""
        视频通话录制告知

        一、谁来处理您的信息。{shop}（以下称“我们”）是您个人信息的处理者。与您通话的是我们的售后客服。

        二、为什么录制。为核实您反映的商品或服务问题、作出退换货或补偿等处理，并在发生争议时留存双方都可以核对的凭证。我们不会把录制内容用于广告、营销或训练模型，也不会进行人脸识别。

        三、录制哪些内容。自您点击“同意”起，至通话结束或您撤回同意止，双方的画面和声音、通话中的静音、暂停、断线等事件和时间，以及通话中拍下的照片。点击“同意”之前不录制任何画面和声音。请只拍摄与商品有关的内容，避免拍到他人、证件或银行卡。

        四、保存在哪里、多久。录制内容保存在我们自己管理的服务器上，保存 {days} 天后删除。若您或我们就该订单提出争议，将保存到争议处理结束。除处理争议所必需（例如交易平台、仲裁机构、法院依法要求）外，我们不向他人提供。

        五、您的权利。您可以随时挂断、关闭摄像头或静音；可以随时在通话页面撤回同意，撤回后录制立即停止、通话结束，撤回前已经合法录制的内容按本告知保存；您可以要求查阅、复制、更正或删除与您有关的录制内容，也可以向有关部门投诉。联系方式：请通过下单的店铺客服提出。

        六、不同意也可以得到处理。您可以选择“用照片代替”，或者拒绝通话并请客服改用文字处理。拒绝录制不会影响您依法享有的退换货等权利。

        七、未成年人。如果您未满 14 周岁，请让父母或其他监护人阅读本告知并由其决定是否同意；已满 14 周岁未满 18 周岁的，请在监护人知情的情况下使用。

        版本：{Version}
        """);

    private static ConsentText English(string shop, int days) => new(
        "This video call is recorded",
        [
            $"Who is calling: the after-sales team of {shop}, about this order of yours.",
            "What is recorded: picture and sound of both sides, and photos taken in the call, from the moment you agree. Nothing before.",
            "Why: to see what is wrong and decide, and as a proof both sides can check if there is a dispute. Not for advertising, not to train models.",
            $"How long: {days} days, then it is deleted; in a dispute, until the dispute is over.",
            "Your rights: hang up, switch the camera off or mute at any time; ask to see, copy or delete it; withdraw your consent at any time, which stops the recording at once.",
            "Rather not be recorded? Send photos instead. It will not make the outcome worse for you.",
        ],
        $"""
        Notice about the recording of this video call

        1. Who is responsible. {shop} ("we") is responsible for your personal data. The person you speak to is a member of our after-sales team.

        2. Why we record. To see the problem you report, to decide about return, exchange or compensation, and to keep a proof that both sides can check if there is a dispute. We do not use recordings for advertising or marketing, do not train models with them and do not recognise faces. The legal basis is your consent.

        3. What is recorded. From the moment you press "Agree" until the call ends or you withdraw your consent: picture and sound of both sides, events such as mute, pause and lost connection with their times, and photos taken in the call. Before that, nothing. Please show only what belongs to the product, and no other people, identity documents or bank cards.

        4. Where and how long. Recordings are kept on servers we run ourselves and are deleted after {days} days. If you or we raise a dispute about this order, they are kept until it is settled. We pass them on only where the dispute requires it, for example to the marketplace, an arbitration body or a court.

        5. Your rights. You may hang up, switch off the camera or mute at any time. You may withdraw your consent on the call page at any time: recording stops at once and the call ends; what was lawfully recorded until then is kept as described here. You may ask for access, a copy, correction or deletion, and you may complain to a data protection authority. To do so, write to the shop you ordered from.

        6. If you do not agree. You will be helped all the same: choose "Send photos instead", or decline and ask for help in writing. Declining does not affect your rights of return and warranty.

        7. Children. If you are under 16 (in mainland China under 14), ask a parent or guardian to read this notice and to decide. If you are older but not yet of age, please use this service with their knowledge.

        Version: {Version}
        """);
}
