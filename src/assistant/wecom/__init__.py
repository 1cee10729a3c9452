"""The WeCom (企业微信) bot: four channels over one answering service and one shared state."""
